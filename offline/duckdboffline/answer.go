//go:build duckdb

package duckdboffline

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/sqlgen"
	"github.com/truepoint/truepoint/value"
)

// upload fills the table of entity rows.
func (s *session) upload(ctx context.Context) error {
	table, err := s.plan.SpineTable(dialect)
	if err != nil {
		return err
	}
	if _, err := s.conn.ExecContext(ctx, table); err != nil {
		return err
	}
	return s.conn.Raw(func(raw any) error {
		a, err := duckdb.NewAppender(raw.(driver.Conn), "temp", "main", sqlgen.SpineName)
		if err != nil {
			return err
		}
		return errs.Join(s.rows(ctx, a), a.Close())
	})
}

func (s *session) rows(ctx context.Context, a *duckdb.Appender) error {
	spine := &s.join.Plan.Spine
	row := make([]driver.Value, 2+len(s.plan.Spine))
	for i, t := range spine.AsOf {
		if i%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		row[0], row[1] = int64(i), nil
		if t != eventtime.None {
			row[1] = t.Time()
		}
		for k, f := range s.plan.Spine {
			row[2+k] = native(spine.Columns.Column(f.Name).At(i))
		}
		if err := a.AppendRow(row...); err != nil {
			return err
		}
	}
	return nil
}

// native returns a key as DuckDB takes it.
func native(v value.Value) driver.Value {
	switch v.Kind() {
	case value.Bool:
		return v.Bool()
	case value.Int32:
		return int32(v.Int())
	case value.Int64:
		return v.Int()
	case value.UnixTimestamp:
		return v.Instant().Time()
	case value.Bytes:
		return []byte(v.Text())
	case value.Uuid:
		return duckdb.UUID([]byte(v.Text()))
	case value.String:
		return v.Text()
	}
	return nil
}

// answer runs the two statements of a view.
func (s *session) answer(ctx context.Context, i int) (*pit.ViewResult, error) {
	v := &s.plan.Views[i]
	query, err := s.plan.Answer(dialect, i)
	if err != nil {
		return nil, err
	}
	n := len(s.join.Plan.Spine.AsOf)
	c := sqlgen.NewCollector(v, n, s.join.Plan.Views[i].TiesError)
	if err := s.collect(ctx, query, v, c); err != nil {
		return nil, err
	}
	if query, err = s.plan.Report(dialect, i); err != nil {
		return nil, err
	}
	counts, err := s.counts(ctx, query)
	if err != nil {
		return nil, err
	}
	return c.Done(n, counts)
}

func (s *session) collect(ctx context.Context, query string, v *sqlgen.View, c *sqlgen.Collector) error {
	return s.each(ctx, query, 4+len(v.Layout.Features), func(raw []any) error {
		r, err := row(raw, v)
		if err != nil {
			return err
		}
		return c.Add(r)
	})
}

// each runs a statement and hands on its rows, which are not kept.
func (s *session) each(ctx context.Context, query string, columns int, add func([]any) error) error {
	rows, err := s.conn.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	raw := make([]any, columns)
	into := make([]any, len(raw))
	for i := range raw {
		into[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := add(raw); err != nil {
			return err
		}
	}
	return rows.Err()
}

func row(raw []any, v *sqlgen.View) (sqlgen.Row, error) {
	r := sqlgen.Row{N: raw[0].(int64), Status: value.Status(raw[1].(int32)), Cells: make([]value.Value, len(raw)-4)}
	var err error
	if r.Event, err = moment(raw[2]); err != nil {
		return r, err
	}
	if r.Created, err = moment(raw[3]); err != nil {
		return r, err
	}
	for f := range r.Cells {
		if r.Cells[f], err = cell(raw[4+f], v.Layout.FeatureTypes[f]); err != nil {
			return r, errs.Wrap(err, errs.CodeOf(err), "entity row %d, feature %q", r.N+1, v.Layout.Features[f])
		}
	}
	return r, nil
}

func moment(raw any) (eventtime.Instant, error) {
	t, ok := raw.(time.Time)
	if !ok {
		return eventtime.None, nil
	}
	return eventtime.FromTime(t)
}

// cell returns a value of DuckDB's driver as a value of the type that the column is known to have.
func cell(raw any, t value.Type) (value.Value, error) {
	switch x := raw.(type) {
	case nil:
		return value.Value{}, nil
	case bool:
		return value.OfBool(x), nil
	case int32:
		return value.OfInt32(x), nil
	case int64:
		return value.OfInt64(x), nil
	case float32:
		return value.OfFloat32(x), nil
	case float64:
		return value.OfFloat64(x), nil
	case string:
		return value.OfString(x), nil
	case duckdb.UUID:
		return value.OfUuid(x), nil
	case []byte:
		if t.Kind == value.Uuid {
			return value.OfText(value.Uuid, string(x)), nil
		}
		return value.OfBytes(x), nil
	case time.Time:
		i, err := eventtime.FromTime(x)
		if t.Kind == value.Date {
			return value.OfDate(int32(eventtime.Floor(i, eventtime.Day) / eventtime.Instant(eventtime.Day))), err
		}
		return value.OfInstant(i), err
	case []any:
		parts := make([]value.Value, len(x))
		for i, p := range x {
			var err error
			if parts[i], err = cell(p, *t.Elem); err != nil {
				return value.Value{}, err
			}
		}
		return value.OfList(value.Array, parts), nil
	}
	return value.Value{}, errs.New(errs.Internal, "DuckDB gave a %T for a %s", raw, t)
}
