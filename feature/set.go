package feature

import (
	"cmp"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// Sort puts every slice of the set in order of name. The order of equal names, which Validate refuses, is kept.
func (s *Set) Sort() {
	slices.SortStableFunc(s.Entities, func(a, b *Entity) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortStableFunc(s.Sources, func(a, b *Source) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortStableFunc(s.Views, func(a, b *View) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortStableFunc(s.OnDemand, func(a, b *OnDemandView) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortStableFunc(s.Services, func(a, b *Service) int { return cmp.Compare(a.Name, b.Name) })
}

// Entity returns the entity of that name. Like the other look-ups it takes logarithmic time in a sorted set; a name
// that is not found so is looked for one by one, so that a set in any order gives the same answer.
func (s *Set) Entity(name string) (*Entity, bool) {
	return find(s.Entities, name, func(e *Entity) string { return e.Name })
}

// Source returns the source of that name.
func (s *Set) Source(name string) (*Source, bool) {
	return find(s.Sources, name, func(e *Source) string { return e.Name })
}

// View returns the view of that name.
func (s *Set) View(name string) (*View, bool) {
	return find(s.Views, name, func(e *View) string { return e.Name })
}

// OnDemandView returns the on-demand view of that name.
func (s *Set) OnDemandView(name string) (*OnDemandView, bool) {
	return find(s.OnDemand, name, func(e *OnDemandView) string { return e.Name })
}

// A provider has features: a view of either kind.
type provider interface {
	named
	Field(name string) int
	fieldNames() []string
}

// provider returns the view of either kind of that name.
func (s *Set) provider(name string) (provider, bool) {
	if v, ok := s.View(name); ok {
		return v, true
	}
	if v, ok := s.OnDemandView(name); ok {
		return v, true
	}
	return nil, false
}

// FeatureNames returns the features of the view of either kind of that name, in order; none for an unknown one.
func (s *Set) FeatureNames(view string) []string {
	v, ok := s.provider(view)
	if !ok {
		return nil
	}
	return v.fieldNames()
}

// Below returns a view's name and, for an on-demand view, those of all views of both kinds that it reads, each once.
func (s *Set) Below(view string) []string {
	out := []string{view}
	for i := 0; i < len(out); i++ {
		v, ok := s.OnDemandView(out[i])
		if !ok {
			continue
		}
		for _, src := range v.Sources {
			if src.View != "" && !slices.Contains(out, src.View) {
				out = append(out, src.View)
			}
		}
	}
	return out
}

// Service returns the service of that name.
func (s *Set) Service(name string) (*Service, bool) {
	return find(s.Services, name, func(e *Service) string { return e.Name })
}

func find[T any](all []*T, name string, nameOf func(*T) string) (*T, bool) {
	i, found := slices.BinarySearchFunc(all, name, func(e *T, n string) int { return cmp.Compare(nameOf(e), n) })
	if !found {
		i = slices.IndexFunc(all, func(e *T) bool { return nameOf(e) == name })
		if i < 0 {
			return nil, false
		}
	}
	return all[i], true
}

func names[T any](all []*T, nameOf func(*T) string) []string {
	out := make([]string, len(all))
	for i, e := range all {
		out[i] = nameOf(e)
	}
	return out
}

// viewNames returns the names of the views of both kinds.
func (s *Set) viewNames() []string {
	return append(names(s.Views, func(v *View) string { return v.Name }), names(s.OnDemand, func(v *OnDemandView) string { return v.Name })...)
}

func (s *Set) sourceNames() []string {
	return names(s.Sources, func(v *Source) string { return v.Name })
}

func (s *Set) entityNames() []string {
	return names(s.Entities, func(v *Entity) string { return v.Name })
}

func (s *Set) serviceNames() []string {
	return names(s.Services, func(v *Service) string { return v.Name })
}

// BatchSource returns the source that holds the history of v: its source, or the batch source behind its push
// source. Errors: NotFound for a source that is not in the set, FailedPrecondition for one that holds no rows.
func (s *Set) BatchSource(v *View) (*Source, error) {
	src, ok := s.Source(v.Source)
	if !ok {
		return nil, s.unknownSource(v.Source).At(v.Origin.At("source"))
	}
	if src.Type == PushSource {
		batch, ok := s.Source(src.BatchSource)
		if !ok {
			return nil, s.unknownSource(src.BatchSource).At(src.Origin.At("batch_source"))
		}
		src = batch
	}
	if src.Type == PushSource || src.Type == RequestSource {
		return nil, errs.New(errs.FailedPrecondition, "source %q of view %q is a %s source and holds no history", src.Name, v.Name, src.Type).
			WithID("T0183").WithHint("name a batch source").At(v.Origin.At("source"))
	}
	return src, nil
}

// NameInViews returns the name that views use for a column of src: the one that its field mapping gives, or its own.
func (src *Source) NameInViews(column string) string {
	if name, renamed := src.FieldMapping[column]; renamed {
		return name
	}
	return column
}

func (s *Set) unknownSource(name string) *errs.Error {
	return errs.New(errs.NotFound, "unknown data source %q", name).WithID("T0180").
		WithHint("%s", orDefine(errs.DidYouMean(name, s.sourceNames()), KindSource, name))
}

func orDefine(suggestion, kind, name string) string {
	if suggestion != "" {
		return suggestion
	}
	return "define it: kind: " + kind + ", name: " + name
}

// JoinKeys returns the join keys of all entities of v in order of name, which is their order inside an entity key.
// A view without entities has none. Errors: NotFound for an entity that is not in the set, FailedPrecondition for a
// join key whose type is neither declared nor inferred yet.
func (s *Set) JoinKeys(v *View) ([]value.Field, error) {
	var keys []value.Field
	for i, name := range v.Entities {
		e, ok := s.Entity(name)
		if !ok {
			return nil, s.unknownEntity(name).At(v.Origin.At(index("entities", i)))
		}
		if e.ValueType.IsZero() {
			return nil, errs.New(errs.FailedPrecondition, "the type of entity %q is not known", name).WithID("T0124").
				WithHint("add value_type to the entity, or run truepoint apply, which reads it from the source").At(e.Origin.Pos)
		}
		for _, k := range e.JoinKeys {
			keys = append(keys, value.Field{Name: k, Type: e.ValueType})
		}
	}
	slices.SortFunc(keys, func(a, b value.Field) int { return cmp.Compare(a.Name, b.Name) })
	return keys, nil
}

func (s *Set) unknownEntity(name string) *errs.Error {
	return errs.New(errs.NotFound, "unknown entity %q", name).WithID("T0181").
		WithHint("%s", orDefine(errs.DidYouMean(name, s.entityNames()), KindEntity, name))
}
