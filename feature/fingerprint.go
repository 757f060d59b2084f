package feature

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// The fingerprint structures list what affects values (design/semantics.md 9.2). Their JSON is hashed; a member that is
// empty is left out, so that a new kind of property does not change the fingerprint of definitions without it.
type viewPrint struct {
	Keys   []value.Field `json:"keys,omitempty"`
	TTL    int64         `json:"ttl_us,omitempty"`
	Fields []fieldPrint  `json:"fields"`
	Source *sourcePrint  `json:"source,omitempty"`

	Windows []windowPrint `json:"windows,omitempty"`
	Refresh int64         `json:"refresh_us,omitempty"`
	Delay   int64         `json:"delay_us,omitempty"`
}

// A windowPrint is an aggregation with the type of its column and its filter in canonical form.
type windowPrint struct {
	Aggregation
	Input string `json:"input,omitempty"`
}

type fieldPrint struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Default *Default `json:"default,omitempty"`
}

type sourcePrint struct {
	Type         string                     `json:"type"`
	Path         string                     `json:"path,omitempty"`
	Table        string                     `json:"table,omitempty"`
	Query        string                     `json:"query,omitempty"`
	Event        string                     `json:"event,omitempty"`
	Created      string                     `json:"created,omitempty"`
	Rule         eventtime.AvailabilityRule `json:"availability,omitempty"`
	Delay        int64                      `json:"delay_us,omitempty"`
	FieldMapping map[string]string          `json:"field_mapping,omitempty"`
	Timezone     string                     `json:"timezone,omitempty"`
	Unit         string                     `json:"unit,omitempty"`
	TieBreak     []string                   `json:"tie_break,omitempty"`
	Deleted      string                     `json:"deleted,omitempty"`
	EventID      string                     `json:"event_id,omitempty"`
	Schema       []fieldPrint               `json:"schema,omitempty"`
}

// Fingerprint returns a hash, in hex, of everything that affects the values of v: its batch source, join keys, schema
// with defaults, and ttl. Names of the view and its source, descriptions, tags, owner, schedule, the order of the
// schema and of aggregations, the spelling of filters and what apply assigned do not count. A join key without a known type counts as undeclared, so compare
// fingerprints after inference.
func (v *View) Fingerprint(s *Set) string {
	p := viewPrint{TTL: int64(v.TTL), Fields: printFields(v.Schema), Windows: v.printWindows(), Refresh: int64(v.Refresh), Delay: int64(v.Delay)}
	for _, name := range v.Entities {
		if e, ok := s.Entity(name); ok {
			for _, k := range e.JoinKeys {
				p.Keys = append(p.Keys, value.Field{Name: k, Type: e.ValueType})
			}
		}
	}
	slices.SortFunc(p.Keys, func(a, b value.Field) int { return cmp.Compare(a.Name, b.Name) })
	if src, err := s.BatchSource(v); err == nil {
		p.Source = src.print()
	}
	return hash(p)
}

func (v *View) printWindows() []windowPrint {
	var out []windowPrint
	for _, a := range v.Aggregations {
		out = append(out, windowPrint{v.Canonical(a), v.Input(a.Column).String()})
	}
	slices.SortStableFunc(out, func(a, b windowPrint) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// Fingerprint returns a hash of the join keys and their type.
func (e *Entity) Fingerprint() string {
	keys := slices.Sorted(slices.Values(e.JoinKeys))
	return hash(struct {
		Keys []string `json:"keys"`
		Type string   `json:"type"`
	}{keys, e.ValueType.String()})
}

// Fingerprint returns a hash of where the source's rows are and what they mean.
func (src *Source) Fingerprint() string {
	p := struct {
		*sourcePrint
		Batch string `json:"batch,omitempty"`
	}{src.print(), src.BatchSource}
	return hash(p)
}

// Fingerprint returns a hash of what the service asks for. Views count by name, so it stays the same when a view
// changes: compare the fingerprints of its views as well.
func (s *Service) Fingerprint() string { return hash(s.Features) }

func (src *Source) print() *sourcePrint {
	return &sourcePrint{
		Type: src.Type, Path: src.Path, Table: src.Table, Query: src.Query,
		Event: src.TimestampField, Created: src.CreatedTimestampColumn,
		Rule: src.Availability.Rule, Delay: int64(src.Availability.Delay),
		FieldMapping: src.FieldMapping, Timezone: src.Timezone, Unit: src.TimestampUnit,
		TieBreak: src.TieBreak, Deleted: src.DeletedColumn, EventID: src.EventID, Schema: printFields(src.Schema),
	}
}

func printFields(fields []Field) []fieldPrint {
	out := make([]fieldPrint, len(fields))
	for i, f := range fields {
		out[i] = fieldPrint{Name: f.Name, Type: f.Type.String(), Default: f.Default}
	}
	slices.SortStableFunc(out, func(a, b fieldPrint) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// hash returns the SHA-256 of the JSON of v in hex. Maps are written in order of key.
func hash(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(errs.Wrap(err, errs.Internal, "fingerprint of plain data"))
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
