package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/registry"
)

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// listFlags are the flags of every list.
type listFlags struct {
	Tags []string `sep:"none" placeholder:"K:V" help:"Only those with this tag; may be repeated."`
}

// match reports whether tags has all that are asked for. Errors: Usage for a tag without a colon.
func (f *listFlags) match(tags map[string]string) (bool, error) {
	for _, t := range f.Tags {
		k, v, ok := strings.Cut(t, ":")
		if !ok {
			return false, errs.New(errs.Usage, "--tags %q has no value", t).WithID("T0926").WithHint("write it as --tags team:fraud")
		}
		if got, ok := tags[k]; !ok || got != v {
			return false, nil
		}
	}
	return true, nil
}

// A listing is one kind of definition to list.
type listing[T any] struct {
	kind    string
	columns []screen.Column
	items   func(*feature.Set) []*T
	info    func(*T) *feature.Info
	name    func(*T) string
	row     func(*T) []screen.Cell
}

// list prints the definitions of one kind.
func list[T any](a *app, f *listFlags, l *listing[T]) error {
	return a.withSet(func(_ *truepoint.Store, set *feature.Set, _ registry.Revision) error {
		answer := &screen.Answer{Table: &screen.Table{Columns: l.columns}, Names: []string{}}
		kept := []*T{}
		for _, item := range l.items(set) {
			ok, err := f.match(l.info(item).Tags)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			kept = append(kept, item)
			answer.Names = append(answer.Names, l.name(item))
			answer.Table.AddCells(l.row(item)...)
		}
		answer.Value = kept
		if len(kept) == 0 && a.format == screen.AsTable {
			a.note("none; %s is empty of them, see truepoint plan and truepoint apply", set.Project)
			return nil
		}
		return a.print(answer)
	})
}

// describe prints one definition as YAML, as it could stand in a file.
func describe[T any](a *app, name string, l *listing[T]) error {
	return a.withSet(func(_ *truepoint.Store, set *feature.Set, _ registry.Revision) error {
		names := []string{}
		for _, item := range l.items(set) {
			if l.name(item) == name {
				text, err := definitionText(l.kind, item)
				if err != nil {
					return err
				}
				return a.print(&screen.Answer{Text: text, Value: item, Names: []string{name}})
			}
			names = append(names, l.name(item))
		}
		return unknown(l.kind, name, names)
	})
}

// unknown is the error for a name that the registry does not have.
func unknown(kind, name string, names []string) error {
	hint := errs.DidYouMean(name, names)
	if hint == "" && len(names) == 0 {
		hint = "nothing has been applied yet: truepoint apply"
	}
	if hint == "" {
		hint = "there are: " + strings.Join(names[:min(len(names), 10)], ", ")
	}
	return errs.New(errs.NotFound, "unknown %s %q", kindWords[kind], name).WithID("T0927").WithHint("%s", hint)
}

var kindWords = map[string]string{feature.KindEntity: "entity", feature.KindSource: "data source",
	feature.KindView: "feature view", feature.KindOnDemand: "on-demand feature view", feature.KindService: "feature service"}

func definitionText(kind string, item any) (string, error) {
	if v, ok := item.(*feature.View); ok && v.Windowed() {
		item = newWindowDocument(v)
	}
	b, err := json.Marshal(item)
	if err == nil {
		b, err = yaml.JSONToYAML(b)
	}
	if err != nil {
		return "", errs.Wrap(err, errs.Internal, "cannot write the definition as YAML")
	}
	return fmt.Sprintf("kind: %s\n%s", kind, b), nil
}

// firstLine returns the beginning of a description for a table.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

func texts(cells ...string) []screen.Cell {
	out := make([]screen.Cell, len(cells))
	for i, c := range cells {
		out[i] = screen.Cell{Text: c}
	}
	return out
}

// describeVerb is the argument of every describe.
type describeVerb struct {
	Name string `arg:"" help:"Its name."`
}

func entityListing() *listing[feature.Entity] {
	return &listing[feature.Entity]{kind: feature.KindEntity, columns: screen.Columns("NAME", "JOIN KEYS", "TYPE", "DESCRIPTION"),
		items: func(s *feature.Set) []*feature.Entity { return s.Entities },
		info:  func(e *feature.Entity) *feature.Info { return &e.Info },
		name:  func(e *feature.Entity) string { return e.Name },
		row: func(e *feature.Entity) []screen.Cell {
			return texts(e.Name, strings.Join(e.JoinKeys, ", "), e.ValueType.String(), firstLine(e.Description))
		}}
}

func sourceListing() *listing[feature.Source] {
	return &listing[feature.Source]{kind: feature.KindSource, columns: screen.Columns("NAME", "TYPE", "WHERE", "TIME", "?CREATED"),
		items: func(s *feature.Set) []*feature.Source { return s.Sources },
		info:  func(s *feature.Source) *feature.Info { return &s.Info },
		name:  func(s *feature.Source) string { return s.Name },
		row: func(s *feature.Source) []screen.Cell {
			return texts(s.Name, s.Type, cmp.Or(s.Path, s.Table, s.BatchSource, s.Query), s.TimestampField, cmp.Or(s.CreatedTimestampColumn, "-"))
		}}
}

func serviceListing() *listing[feature.Service] {
	return &listing[feature.Service]{kind: feature.KindService, columns: screen.Columns("NAME", "VIEWS", "OWNER", "DESCRIPTION"),
		items: func(s *feature.Set) []*feature.Service { return s.Services },
		info:  func(s *feature.Service) *feature.Info { return &s.Info },
		name:  func(s *feature.Service) string { return s.Name },
		row: func(s *feature.Service) []screen.Cell {
			views := make([]string, len(s.Features))
			for i, p := range s.Features {
				views[i] = p.View
			}
			return texts(s.Name, strings.Join(views, ", "), cmp.Or(s.Owner, s.Tags["owner"]), firstLine(s.Description))
		}}
}
