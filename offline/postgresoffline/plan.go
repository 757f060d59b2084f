package postgresoffline

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/sqlgen"
	"github.com/truepoint/truepoint/value"
)

// elsewhere says why a join is not answered by the database. Whatever is wrong with the source itself, opening it tells
// better.
func elsewhere(format string, args ...any) error {
	return errs.New(errs.Unimplemented, format, args...).WithID("T0564")
}

// A rendering is a join as the database can answer it.
type rendering struct {
	plan      sqlgen.Plan
	relations []*relation // of views, then of windows
}

// render finds out whether the database answers a join exactly as pit does, and returns it in its terms.
func (d *Driver) render(ctx context.Context, tx pgx.Tx, j *offline.Join) (*rendering, error) {
	p := j.Plan
	if len(j.WindowSources) != len(p.Windows) {
		return nil, elsewhere("windows are computed here")
	}
	r := &rendering{plan: sqlgen.Plan{Known: p.Known, KnownAt: p.KnownAt}}
	for i := range p.Views {
		rel, err := r.locate(ctx, d, tx, j.Sources[i], &p.Spine, p.Views[i].Spine)
		if err != nil {
			return nil, err
		}
		v, err := view(&p.Views[i], rel, j.Settle[i], p.Spine.Columns, nil)
		if err != nil {
			return nil, err
		}
		r.plan.Views = append(r.plan.Views, *v)
	}
	for i := range p.Windows {
		rel, err := r.locate(ctx, d, tx, j.WindowSources[i], &p.Spine, p.Windows[i].Spine)
		if err != nil {
			return nil, err
		}
		v, err := windowView(&p.Windows[i], rel, j.WindowSettle[i], p.Spine.Columns)
		if err != nil {
			return nil, err
		}
		r.plan.Windows = append(r.plan.Windows, *v)
		if _, err := r.plan.WindowAnswer(dialect, i); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// locate adds the relation of a source and the columns of the spine that supply its keys.
func (r *rendering) locate(ctx context.Context, d *Driver, tx pgx.Tx, s *feature.Source, spine *pit.Spine, keys []string) (*relation, error) {
	rel, err := d.relation(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	for _, name := range keys {
		if slices.ContainsFunc(r.plan.Spine, func(f value.Field) bool { return f.Name == name }) {
			continue
		}
		col := spine.Columns.Column(name)
		if err := exact(name, col); err != nil {
			return nil, err
		}
		r.plan.Spine = append(r.plan.Spine, value.Field{Name: name, Type: col.Type})
	}
	r.relations = append(r.relations, rel)
	return rel, nil
}

// exact refuses spine keys that the database cannot hold, or would not refuse as pit does.
func exact(name string, col *value.Column) error {
	for i := range col.Len() {
		switch {
		case col.Type.Kind == value.String && strings.ContainsRune(col.Texts[i], 0),
			col.Type.Kind == value.UnixTimestamp && col.Ints[i]%int64(eventtime.Second) != 0:
			return elsewhere("row %d of column %q holds a key that PostgreSQL has no equal for", i+1, name)
		}
	}
	return nil
}

// view returns a join in terms of the database. more, unless nil, asks for columns beside those of the join.
func view(v *pit.ViewScan, r *relation, settle []value.Field, spine *value.Batch, more func(sqlgen.Columns)) (*sqlgen.View, error) {
	if r.main.columns == nil {
		return nil, elsewhere("source %q has pushes only", r.source.Name)
	}
	m, err := offline.NewMapping(r.source)
	if err != nil {
		return nil, err
	}
	out := &sqlgen.View{
		Name: v.Name, Layout: v.Layout, Spine: v.Spine, Availability: v.Availability, TTL: v.TTL,
		From: sqlgen.From{Table: r.main.table, Own: m.Column},
	}
	if r.main.table == nil {
		if out.From.Query, err = sqlgen.CheckQuery(r.source.Query); err != nil {
			return nil, err
		}
	}
	if r.pushes.columns != nil {
		if out.Layout.Sequence = offline.SequenceColumn; out.Layout.Created == "" {
			out.Layout.Created = offline.ArrivalColumn
		}
	}
	c := &checked{relation: r, mapping: m, view: out}
	c.roles(spine)
	for _, name := range out.Layout.TieBreak {
		t := c.column(name)
		if i := slices.IndexFunc(settle, func(f value.Field) bool { return f.Name == name }); i >= 0 && !settle[i].Type.Equal(t) {
			c.Refuse("tie_break column %q has type %s and is declared %s", name, t, settle[i].Type)
		}
		c.ordered(name, t)
		out.RankTypes = append(out.RankTypes, t)
	}
	for _, f := range settle {
		if t := c.column(f.Name); dialect.Rank(t.Kind, "") != nil {
			out.Settle = append(out.Settle, value.Field{Name: f.Name, Type: t})
		}
	}
	for _, name := range out.Layout.Features {
		c.column(name)
	}
	if more != nil {
		more(c)
	}
	if r.pushes.columns != nil {
		c.union()
	}
	return out, c.err
}

// checked collects the columns of a view and the first reason why the database would not answer it exactly.
type checked struct {
	relation *relation
	mapping  *offline.Mapping
	view     *sqlgen.View
	used     []string // own names
	err      error
}

// Refuse implements sqlgen.Columns.
func (c *checked) Refuse(format string, args ...any) {
	if c.err == nil {
		c.err = elsewhere("view %q: "+format, append([]any{c.view.Name}, args...)...)
	}
}

// column notes a column by its name in views and returns its type.
func (c *checked) column(name string) value.Type {
	if offline.Ours(name) {
		return value.Scalar(value.UnixTimestamp)
	}
	own := find(c.relation.main.columns, c.mapping.Column(name))
	switch {
	case own == nil:
		c.Refuse("its source has no column %q", name)
		return value.Type{}
	case own.typ.text:
		c.Refuse("column %q has a type that is read as text", name)
	}
	if !slices.Contains(c.used, own.name) {
		c.used = append(c.used, own.name)
	}
	return own.typ.value
}

// roles checks the columns that decide which row answers, ties apart.
func (c *checked) roles(spine *value.Batch) {
	l := &c.view.Layout
	for i, name := range l.Keys {
		have, want := c.column(name), spine.Column(c.view.Spine[i]).Type
		if widened := have.Kind == value.Int32 && want.Kind == value.Int64; !have.Equal(want) && !widened {
			c.Refuse("join key %q has type %s in its source, expected %s", name, have, want)
		}
		c.zone(name)
	}
	for _, name := range []string{l.Event, l.Created} {
		if name == "" {
			continue
		}
		if k := c.column(name).Kind; k != value.UnixTimestamp && k != value.Date {
			c.Refuse("time column %q is no time in its source", name)
		}
		c.zone(name)
	}
	if l.Deleted != "" && c.column(l.Deleted).Kind != value.Bool {
		c.Refuse("deleted_column %q is not boolean", l.Deleted)
	}
}

// zone refuses a time without a zone that is not UTC: engines fill gaps and folds each in their own way.
func (c *checked) zone(name string) {
	own := find(c.relation.main.columns, c.mapping.Column(name))
	if zone := c.relation.source.Timezone; own != nil && own.typ.naive && zone != "" && zone != "UTC" {
		c.Refuse("column %q has times of %s without a zone", name, zone)
	}
}

func (c *checked) ordered(name string, t value.Type) {
	if dialect.Rank(t.Kind, "") == nil {
		c.Refuse("tie_break column %q has type %s, which has no order in PostgreSQL", name, t)
	}
	c.zone(name)
}

// union makes the history the rows of the source and, after them, those of pushes.
func (c *checked) union() {
	var own, pushed []string
	for _, name := range c.used {
		quoted, err := dialect.Quote(name)
		if err != nil {
			c.Refuse("%v", err)
			return
		}
		own = append(own, quoted)
		at := find(c.relation.pushes.columns, name)
		switch {
		case at == nil:
			quoted = "NULL AS " + quoted
		case !at.typ.value.Equal(find(c.relation.main.columns, name).typ.value):
			c.Refuse("column %q of pushes has type %s", name, at.typ.value)
		}
		pushed = append(pushed, quoted)
	}
	ours := offline.SequenceColumn + ", " + offline.ArrivalColumn
	c.view.From.Table = nil
	c.view.From.Query = "SELECT " + strings.Join(append(own, "CAST(NULL AS bigint) AS "+offline.SequenceColumn, "CAST(NULL AS timestamptz) AS "+offline.ArrivalColumn), ", ") +
		"\nFROM " + c.relation.main.from + "\nUNION ALL\nSELECT " + strings.Join(append(pushed, ours), ", ") + "\nFROM " + c.relation.pushes.from
}
