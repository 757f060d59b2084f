//go:build duckdb

package duckdboffline

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/sqlgen"
	"github.com/truepoint/truepoint/value"
)

// view returns a join in terms of DuckDB, but for the text of its history, and opens the history. more, unless nil, asks for
// columns beside those of the join.
func (s *session) view(ctx context.Context, v *pit.ViewScan, src *feature.Source, settle []value.Field, more func(sqlgen.Columns)) (*sqlgen.View, error) {
	if err := readable(src); err != nil {
		return nil, err
	}
	have, err := s.driver.Columns(ctx, src)
	if err != nil {
		return nil, elsewhere("source %q: %v", src.Name, err)
	}
	c := &checked{view: v.Name, have: have}
	out := &sqlgen.View{Name: v.Name, Layout: v.Layout, Spine: v.Spine, Availability: v.Availability, TTL: v.TTL}
	c.roles(v, s.join.Plan.Spine.Columns)
	for _, name := range v.Layout.TieBreak {
		t := c.Scalar(name)
		for _, f := range settle {
			if f.Name == name {
				c.Same(name, f.Type)
			}
		}
		out.RankTypes = append(out.RankTypes, t)
	}
	for _, f := range settle {
		out.Settle = append(out.Settle, value.Field{Name: f.Name, Type: c.Scalar(f.Name)})
	}
	for f, name := range v.Layout.Features {
		c.Same(name, v.Layout.FeatureTypes[f])
	}
	if more != nil {
		more(c)
	}
	if c.err != nil {
		return nil, c.err
	}
	h, err := s.openHistory(ctx, src, c.used)
	if err != nil {
		return nil, err
	}
	s.histories = append(s.histories, h)
	if pushes := h.snapshot.Sequence(); pushes != "" {
		if out.Layout.Sequence = pushes; out.Layout.Created == "" {
			out.Layout.Created = offline.ArrivalColumn
		}
	}
	out.From.Own = h.mapping.Column
	return out, nil
}

// checked collects the columns that a view reads, and holds the first reason why DuckDB would not answer it exactly.
type checked struct {
	view string
	have []value.Field // by their names in views
	used []value.Field
	err  error
}

// roles asks for the columns that decide which row answers, ties apart.
func (c *checked) roles(v *pit.ViewScan, spine *value.Batch) {
	for k, name := range v.Layout.Keys {
		c.Same(name, spine.Column(v.Spine[k]).Type)
	}
	c.Same(v.Layout.Event, value.Scalar(value.UnixTimestamp))
	if v.Layout.Created != "" {
		c.Same(v.Layout.Created, value.Scalar(value.UnixTimestamp))
	}
	if v.Layout.Sequence != "" {
		c.Same(v.Layout.Sequence, value.Scalar(value.Int64))
	}
	if v.Layout.Deleted != "" {
		c.Same(v.Layout.Deleted, value.Scalar(value.Bool))
	}
}

// Refuse implements sqlgen.Columns.
func (c *checked) Refuse(format string, args ...any) {
	if c.err == nil {
		c.err = elsewhere("view %q: "+format, append([]any{c.view}, args...)...)
	}
}

// kinds are those that have an equal in DuckDB.
var kinds = []value.Kind{
	value.Bool, value.Int32, value.Int64, value.Float32, value.Float64, value.String, value.Bytes, value.UnixTimestamp, value.Date, value.Uuid,
}

// Scalar implements sqlgen.Columns.
func (c *checked) Scalar(name string) value.Type {
	t := c.column(name)
	if !slices.Contains(kinds, t.Kind) {
		c.Refuse("column %q has type %s, which DuckDB reads otherwise", name, t)
	}
	return t
}

// Same implements sqlgen.Columns.
func (c *checked) Same(name string, want value.Type) {
	if want.Kind != value.Array {
		c.Scalar(name)
	}
	if got := c.column(name); !got.Equal(want) {
		c.Refuse("column %q has type %s, expected %s", name, got, want)
	}
}

// column notes a column and returns its type.
func (c *checked) column(name string) value.Type {
	i := slices.IndexFunc(c.have, func(f value.Field) bool { return f.Name == name })
	if i < 0 {
		c.Refuse("its source has no column %q", name)
		return value.Type{}
	}
	if !slices.ContainsFunc(c.used, func(f value.Field) bool { return f.Name == name }) {
		c.used = append(c.used, c.have[i])
	}
	return c.have[i].Type
}

// elsewhere says why a join is not answered by DuckDB.
func elsewhere(format string, args ...any) error {
	return errs.New(errs.Unimplemented, format, args...).WithID("T0564")
}
