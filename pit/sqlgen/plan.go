package sqlgen

import (
	"fmt"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A Plan is a point-in-time join over histories in one SQL engine.
type Plan struct {
	Spine   []value.Field // the columns of the entity rows that supply keys, each once
	Views   []View
	Windows []WindowView
	Known   pit.KnownAtRule
	KnownAt eventtime.Instant // for pit.KnownAtInstant
}

// A View is one join of a plan. Names of columns are those of From.
type View struct {
	Name         string // for comments: the alias
	From         From
	Layout       pit.Layout
	RankTypes    []value.Type // RankTypes[i] is the type of Layout.TieBreak[i]
	Spine        []string     // Spine[i] is the spine column that supplies Layout.Keys[i], of the same type
	Availability eventtime.Availability
	TTL          eventtime.TTL
	// Settle are columns that order rows which tie, greatest first: the declared scalar fields in schema order
	// (design/semantics.md 4.4).
	Settle []value.Field
}

// From is where a history lies: a table, or a query that CheckQuery passed.
type From struct {
	Table []string // the parts of its name: catalog, schema, table
	Query string
	// Own returns the engine's name of the column that the layout calls name. Nil: they are the same.
	Own func(name string) string
}

func (f *From) own(name string) string {
	if f.Own == nil {
		return name
	}
	return f.Own(name)
}

// check returns an error for a plan that has no meaning in SQL. Errors: InvalidArgument for what a user can mend,
// Internal for what a caller must.
func (p *Plan) check(v *View) error {
	l := &v.Layout
	switch {
	case l.Event == "":
		return errs.New(errs.InvalidArgument, "view %q has no event time column", v.Name).WithID("T0302")
	case v.Availability.Rule == eventtime.ByCreatedTime && l.Created == "":
		return errs.New(errs.InvalidArgument, "view %q takes its availability from created time but has no created time column", v.Name).
			WithID("T0303").WithHint("declare created_timestamp_column, or another availability")
	case len(v.Spine) != len(l.Keys) || len(v.RankTypes) != len(l.TieBreak):
		return errs.New(errs.Internal, "view %q has %d join keys, %d spine columns, %d tie_break columns and %d types of them",
			v.Name, len(l.Keys), len(v.Spine), len(l.TieBreak), len(v.RankTypes))
	case (len(v.From.Table) == 0) == (v.From.Query == ""):
		return errs.New(errs.Internal, "view %q needs a table or a query", v.Name)
	}
	return nil
}

// key returns the place of a spine column, whose name in the spine table is x and the place.
func (p *Plan) key(name string) (int, error) {
	i := slices.IndexFunc(p.Spine, func(f value.Field) bool { return f.Name == name })
	if i < 0 {
		return 0, errs.New(errs.Internal, "the spine has no column %q", name)
	}
	return i, nil
}

// rank returns the columns that decide between equal times, with their types.
func (v *View) rank() []value.Field {
	var out []value.Field
	if v.Layout.Sequence != "" {
		out = append(out, value.Field{Name: v.Layout.Sequence, Type: value.Scalar(value.Int64)})
	}
	for i, name := range v.Layout.TieBreak {
		out = append(out, value.Field{Name: name, Type: v.RankTypes[i]})
	}
	return out
}

// keyTypes returns the types of the join keys of v.
func (p *Plan) keyTypes(v *View) ([]value.Type, error) {
	out := make([]value.Type, len(v.Spine))
	for i, name := range v.Spine {
		k, err := p.key(name)
		if err != nil {
			return nil, err
		}
		out[i] = p.Spine[k].Type
	}
	return out, nil
}

func alias(prefix string, i int) string { return fmt.Sprint(prefix, i) }
