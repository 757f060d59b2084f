//go:build duckdb

package duckdboffline

import (
	"context"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit/sqlgen"
	"github.com/truepoint/truepoint/value"
)

var _ offline.Querier = (*Joiner)(nil)

// Query implements offline.Querier. Its database is in memory and its own, holds a view of each source that the text names,
// can reach the files of these and nothing else, and is locked before the text gets there, as a subquery of ours.
func (j *Joiner) Query(ctx context.Context, q *offline.Query) (out *value.Batch, err error) {
	if _, err := sqlgen.CheckQuery(q.Text); err != nil {
		return nil, err
	}
	s := &session{Joiner: j}
	defer func() { err = errs.Join(err, s.close()) }()
	unread := s.tables(ctx, q.Text, q.Sources)
	if err := s.connect(ctx); err != nil {
		return nil, querying(err)
	}
	text, err := s.passed(ctx, q.Text)
	if err != nil {
		return nil, querying(err)
	}
	for _, h := range s.histories {
		switch err := s.create(ctx, h); {
		case errs.CodeOf(err) == errs.Unimplemented:
			unread = err
		case err != nil:
			return nil, querying(err)
		}
	}
	a := &answered{local: eventtime.NewLocalizer(q.Location)}
	out, err = a.run(ctx, s, "SELECT * FROM (\n"+text+"\n) AS q")
	for _, h := range s.histories {
		if changed := h.unchanged(); changed != nil {
			return nil, changed
		}
	}
	if err = querying(err); errs.CodeOf(err) == errs.NotFound && unread != nil { // it is no table for a reason
		err = unread
	}
	return out, err
}

// harmless are the functions in place of a table that a query may call. All others reach settings, files or memory, and some
// end the process.
var harmless = []string{"generate_series", "json_each", "json_tree", "range", "repeat", "unnest"}

// passed is sqlgen.CheckQuery, which also refuses the functions that this DuckDB has in place of tables, but for harmless ones.
func (s *session) passed(ctx context.Context, text string) (string, error) {
	var without []string
	err := s.each(ctx, "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type IN ('table', 'table_macro', 'pragma')", 1, func(raw []any) error {
		if name := raw[0].(string); !slices.Contains(harmless, name) {
			without = append(without, name)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return sqlgen.CheckQuery(text, without...)
}

// tables opens the sources that may be tables of a query, which are those whose names stand in it. unread says why one of
// them is none.
func (s *session) tables(ctx context.Context, query string, sources []*feature.Source) (unread error) {
	for _, src := range sources {
		if !strings.Contains(strings.ToLower(query), strings.ToLower(src.Name)) {
			continue
		}
		if err := s.table(ctx, src); err != nil {
			unread = err
		}
	}
	return unread
}

// table opens a source with all columns that have an equal in DuckDB.
func (s *session) table(ctx context.Context, src *feature.Source) error {
	if readable(src) != nil {
		return errs.New(errs.Unimplemented, "source %q is no table of a query: it lies in no local Parquet files", src.Name).WithID("T1054").
			WithHint("write the entity rows to a file and give --entities FILE")
	}
	have, err := s.driver.Columns(ctx, src)
	if err != nil {
		return err
	}
	equal := func(t value.Type) bool {
		return slices.Contains(kinds, t.Kind) || t.Kind == value.Array && slices.Contains(kinds, t.Elem.Kind)
	}
	have = slices.DeleteFunc(slices.Clone(have), func(f value.Field) bool { return !equal(f.Type) })
	h, err := s.openHistory(ctx, src, have)
	if err == nil {
		s.histories = append(s.histories, h)
	}
	return err
}

// create makes the view of a source, with its columns but for those that are ours.
func (s *session) create(ctx context.Context, h *history) error {
	query, err := h.query(ctx, s)
	if err != nil {
		return err
	}
	name, err := dialect.Quote(h.source.Name)
	if err != nil {
		return err
	}
	var columns []string
	for _, c := range h.columns {
		if offline.Ours(c.Name) {
			continue
		}
		quoted, err := dialect.Quote(h.mapping.Column(c.Name))
		if err != nil {
			return err
		}
		columns = append(columns, quoted)
	}
	_, err = s.conn.ExecContext(ctx, "CREATE VIEW "+name+" AS SELECT "+strings.Join(columns, ", ")+" FROM (\n"+query+"\n)")
	return err
}

// answered are the rows of a query.
type answered struct {
	local   *eventtime.Localizer
	names   []string
	columns []*value.Column
	naive   []bool // by column: its times are those of local
	row     int
}

func (a *answered) run(ctx context.Context, s *session, query string) (*value.Batch, error) {
	if err := s.each(ctx, "SELECT column_name, column_type FROM (DESCRIBE "+query+")", 2, func(raw []any) error {
		return a.declare(raw[0].(string), raw[1].(string))
	}); err != nil {
		return nil, err
	}
	if err := s.each(ctx, query, len(a.columns), a.add); err != nil {
		return nil, err
	}
	out := &value.Batch{}
	for i, c := range a.columns {
		out.Add(a.names[i], c)
	}
	return out, nil
}

// declare adds a column of a type of DuckDB.
func (a *answered) declare(name, typ string) error {
	elem, list := strings.CutSuffix(typ, "[]")
	kind, ok := types[elem]
	if !ok || list && elem == "TIMESTAMP" {
		return errs.New(errs.InvalidArgument, "column %q of the query has type %s, which has no equal here", name, typ).WithID("T1053").
			WithHint("convert it, such as CAST(%s AS BIGINT)", name)
	}
	t := value.Scalar(kind)
	if list {
		t = value.ArrayOf(t)
	}
	c := value.NewColumn(t, 0)
	a.names, a.columns, a.naive = append(a.names, name), append(a.columns, c), append(a.naive, typ == "TIMESTAMP")
	return nil
}

func (a *answered) add(raw []any) error {
	a.row++
	for i, c := range a.columns {
		v, err := cell(raw[i], c.Type)
		if err == nil && a.naive[i] && !v.IsNull() {
			var at eventtime.Instant
			at, err = a.local.Instant(v.Instant())
			v = value.OfInstant(at)
		}
		if err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "row %d of the query, column %q", a.row, a.names[i])
		}
		c.Append(v)
	}
	return nil
}

// querying gives a raw error of a query its code.
func querying(err error) error { return failed(err, "run the query in DuckDB") }
