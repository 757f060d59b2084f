package feature

import (
	"maps"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// completeWindow says of a window view what follows from its aggregations: the columns that they use, with their types
// where the view, its source or an entity declares them; one field per aggregation, with the type of its function; and
// the ttl of snapshots (eventtime.SnapshotTTL) where none is written.
func (s *Set) completeWindow(v *View) {
	for _, f := range v.Inputs {
		if e := s.keyOwner(v, f.Name); e != nil && e.ValueType.IsZero() {
			e.ValueType = f.Type
		}
	}
	declared := s.declaredColumns(v)
	used := map[string]bool{}
	for i := range v.Aggregations {
		for _, name := range v.Aggregations[i].columns() {
			used[name] = true
		}
	}
	inputs := make([]value.Field, 0, len(used))
	for _, name := range slices.Sorted(maps.Keys(used)) {
		inputs = append(inputs, value.Field{Name: name, Type: declared[name]})
	}
	v.Inputs = inputs

	if len(v.Schema) == 0 {
		v.Schema = make([]Field, len(v.Aggregations))
		for i := range v.Aggregations {
			v.Schema[i].Name = v.Aggregations[i].Name
		}
	}
	for i := range min(len(v.Schema), len(v.Aggregations)) {
		if !v.Schema[i].Type.IsZero() {
			continue
		}
		if t, err := v.result(&v.Aggregations[i]); err == nil {
			v.Schema[i].Type = t
		}
	}
	if _, written := v.Origin.Fields["ttl"]; v.Snapshot() && v.TTL == 0 && !written {
		v.TTL = eventtime.SnapshotTTL(v.Refresh, v.Delay)
	}
}

// declaredColumns returns the types of the columns that definitions tell of, by the names that v uses.
func (s *Set) declaredColumns(v *View) map[string]value.Type {
	out := map[string]value.Type{}
	for _, name := range v.Entities {
		if e, ok := s.Entity(name); ok {
			for _, k := range e.JoinKeys {
				out[k] = e.ValueType
			}
		}
	}
	if src, err := s.BatchSource(v); err == nil {
		for _, f := range src.Schema {
			out[src.NameInViews(f.Name)] = f.Type
		}
	}
	for _, f := range v.Inputs {
		if !f.Type.IsZero() {
			out[f.Name] = f.Type
		}
	}
	return out
}
