package registry

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/value"
)

// KindGeneration is the kind of the objects that remember generations of views that are no longer the present one: the
// last definition of each, named view/generation. They keep what rows of a former table mean, and they are why
// generations and schema ids never repeat.
const KindGeneration = "FeatureViewGeneration"

// EncodeSet returns the objects of a set, in order of kind and name within each kind. A definition always has the same
// bytes. Errors: Internal for a definition that cannot be written as JSON.
func EncodeSet(s *feature.Set) ([]Object, error) {
	out := make([]Object, 0, len(s.Entities)+len(s.Sources)+len(s.Views)+len(s.OnDemand)+len(s.Services))
	var items []any
	add := func(kind, name string, item any) {
		out = append(out, Object{Kind: kind, Name: name})
		items = append(items, item)
	}
	for _, e := range s.Sources {
		add(feature.KindSource, e.Name, e)
	}
	for _, e := range s.Entities {
		add(feature.KindEntity, e.Name, e)
	}
	for _, e := range s.Services {
		add(feature.KindService, e.Name, e)
	}
	for _, e := range s.Views {
		add(feature.KindView, e.Name, e)
	}
	for _, e := range s.OnDemand {
		add(feature.KindOnDemand, e.Name, e)
	}
	return out, each(len(out), func(i int) error {
		var err error
		if v, ok := items[i].(*feature.View); ok {
			out[i].Body, err = EncodeView(v)
			return err
		}
		if out[i].Body, err = json.Marshal(items[i]); err != nil {
			return errs.Wrap(err, errs.Internal, "write %s", out[i].ID())
		}
		return nil
	})
}

// assigned are the members of a view that apply gives. They stand last in a body, after the user's.
type assigned struct {
	Generation uint32         `json:"generation,omitempty"`
	Since      uint32         `json:"since,omitempty"`
	Schemas    []value.Schema `json:"schemas,omitempty"`
}

// EncodeView returns the body of a view: what the user declared, then what apply assigned, if it did.
func EncodeView(v *feature.View) ([]byte, error) {
	declared := *v
	declared.Generation, declared.Since, declared.Schemas = 0, 0, nil
	body, err := json.Marshal(&declared)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "write view %q", v.Name)
	}
	return WithAssigned(body, v)
}

// WithAssigned returns a body that holds what the user declared of v, completed by what apply assigned.
func WithAssigned(declared []byte, v *feature.View) ([]byte, error) {
	if v.Generation == 0 && v.Schemas == nil {
		return declared, nil
	}
	tail, err := json.Marshal(assigned{v.Generation, v.Since, v.Schemas})
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "write view %q", v.Name)
	}
	return append(append(declared[:len(declared)-1:len(declared)-1], ','), tail[1:]...), nil
}

// SameDeclared reports whether a stored body declares the same as a body without assigned members.
func SameDeclared(stored, declared []byte) bool {
	rest, ok := bytes.CutPrefix(stored, declared[:len(declared)-1])
	return ok && (string(rest) == "}" || bytes.HasPrefix(rest, []byte(`,"generation":`)))
}

// EncodeGeneration returns the object that remembers the present generation of v.
func EncodeGeneration(v *feature.View) (Object, error) {
	body, err := EncodeView(v)
	if err != nil {
		return Object{}, err
	}
	return Object{Kind: KindGeneration, Name: GenerationName(v), Body: body}, nil
}

// GenerationName returns the name of the object that remembers the present generation of v.
func GenerationName(v *feature.View) string {
	return strings.TrimPrefix(v.TableAt("", v.Generation), "/")
}

// DecodeSet returns the set of a state, in order of name. Generations are left out; DecodeGenerations has them.
// Errors: DataLoss naming an object whose body cannot be read, FailedPrecondition for a kind or member that this
// release does not know.
func DecodeSet(s State) (*feature.Set, error) {
	out := &feature.Set{Project: s.Project}
	items := make([]any, len(s.Objects))
	for i := range s.Objects {
		switch s.Objects[i].Kind {
		case feature.KindSource:
			items[i] = grow(&out.Sources)
		case feature.KindEntity:
			items[i] = grow(&out.Entities)
		case feature.KindService:
			items[i] = grow(&out.Services)
		case feature.KindView:
			items[i] = grow(&out.Views)
		case feature.KindOnDemand:
			items[i] = grow(&out.OnDemand)
		case KindGeneration:
		default:
			return nil, newer(s.Objects[i], s.Project)
		}
	}
	if err := each(len(items), func(i int) error { return decode(&s, i, items[i]) }); err != nil {
		return nil, err
	}
	out.Sort()
	return out, nil
}

// DecodeGenerations returns the views of former generations that a state remembers. Errors: as DecodeSet.
func DecodeGenerations(s State) ([]*feature.View, error) {
	var out []*feature.View
	for i := range s.Objects {
		if s.Objects[i].Kind != KindGeneration {
			continue
		}
		if err := decode(&s, i, grow(&out)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func grow[T any](list *[]*T) *T {
	item := new(T)
	*list = append(*list, item)
	return item
}

func decode(s *State, i int, into any) error {
	if into == nil {
		return nil
	}
	o := s.Objects[i]
	d := json.NewDecoder(bytes.NewReader(o.Body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	switch {
	case err == nil && nameOf(into) == bareName(o):
		return nil
	case err != nil && strings.Contains(err.Error(), "unknown field"): // encoding/json has no type for it
		return newer(o, s.Project)
	}
	return Corrupt(s.Project, o.ID(), err)
}

func nameOf(item any) string {
	switch item := item.(type) {
	case *feature.Entity:
		return item.Name
	case *feature.Source:
		return item.Name
	case *feature.View:
		return item.Name
	case *feature.OnDemandView:
		return item.Name
	case *feature.Service:
		return item.Name
	}
	return ""
}

func bareName(o Object) string {
	if o.Kind == KindGeneration {
		name, _, _ := strings.Cut(o.Name, "/")
		return name
	}
	return o.Name
}

// Corrupt returns the DataLoss error of an object whose stored body is damaged; err may be nil.
func Corrupt(project string, id ID, err error) error {
	e := errs.New(errs.DataLoss, "the registry's copy of %s in project %q is damaged", id, project).WithID("T0407").
		WithHint("restore the registry from a backup, or run truepoint rollback to a revision before it changed")
	if err != nil {
		e.Err = err
	}
	return e
}

func newer(o Object, project string) error {
	return errs.New(errs.FailedPrecondition, "%s in project %q was written by a newer release", o.ID(), project).WithID("T0408").
		WithHint("use a newer truepoint; see truepoint version")
}

// each calls f for 0 … n−1 on all processors and returns the error of the smallest i.
func each(n int, f func(i int) error) error {
	return parallel.Ranges(n, 64, func(lo, hi int) error {
		for i := lo; i < hi; i++ {
			if err := f(i); err != nil {
				return err
			}
		}
		return nil
	})
}
