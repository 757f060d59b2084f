package postgresoffline

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/sqlgen"
	"github.com/truepoint/truepoint/value"
)

// windowView returns windows in terms of the database.
func windowView(w *pit.WindowScan, r *relation, settle []value.Field, spine *value.Batch) (*sqlgen.WindowView, error) {
	return sqlgen.NewWindowView(w, func(join *pit.ViewScan, more func(sqlgen.Columns)) (*sqlgen.View, error) {
		return view(join, r, settle, spine, more)
	})
}

// Scalar implements sqlgen.Columns.
func (c *checked) Scalar(name string) value.Type {
	c.zone(name)
	return c.column(name)
}

// Same implements sqlgen.Columns: what an opened source converts is computed there.
func (c *checked) Same(name string, want value.Type) {
	if have := c.Scalar(name); !have.Equal(want) {
		c.Refuse("column %q has type %s in its source, expected %s", name, have, want)
	}
}

// numericOutOfRange is PostgreSQL's numeric_value_out_of_range.
const numericOutOfRange = "22003"

// windowColumns is the number of columns of an answer of windows before its features: n, status, event.
const windowColumns = 3

// windows answers windows. Times that are none are found first: they have no number of microseconds.
func (q *query) windows(ctx context.Context) (*pit.WindowResult, error) {
	v := &q.plan.Windows[q.view]
	text, err := q.plan.WindowReport(dialect, q.view)
	if err != nil {
		return nil, err
	}
	n, err := q.counts(ctx, text)
	if err != nil {
		return nil, err
	}
	if err := n.Check(v.Name); err != nil {
		return nil, err
	}
	c, err := sqlgen.NewWindowCollector(v, q.rows)
	if err != nil {
		return nil, err
	}
	if text, err = q.plan.WindowAnswer(dialect, q.view); err != nil {
		return nil, err
	}
	cells, err := q.cells(v)
	if err != nil {
		return nil, err
	}
	result := q.tx.Conn().PgConn().ExecParams(ctx, text, nil, nil, nil, binaryRows)
	var fault error
	for fault == nil && result.NextRow() {
		var r sqlgen.WindowRow
		if r, fault = windowRow(result.Values(), cells); fault == nil {
			fault = c.Add(r)
		}
	}
	_, err = result.Close()
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) && e.Code == numericOutOfRange {
		return nil, v.Overflow(err)
	}
	if err != nil {
		return nil, err
	}
	if fault != nil {
		return nil, fault
	}
	return c.Done(q.rows, n)
}

// cells returns the readers of the columns of an answer from the features on.
func (q *query) cells(v *sqlgen.WindowView) ([]reader, error) {
	cells, err := v.Cells()
	if err != nil {
		return nil, err
	}
	out := make([]reader, len(cells))
	for i, c := range cells {
		switch f := &v.Features[c.Feature]; {
		case c.Keys:
			out[i] = readArray(readText)
		case f.By != "":
			out[i] = readArray(q.cell(v, f))
		default:
			out[i] = q.cell(v, f)
		}
	}
	return out, nil
}

// cell returns the reader of a feature. What is taken from a column as it is has the column's form.
func (q *query) cell(v *sqlgen.WindowView, f *pit.WindowFeature) reader {
	switch f.Spec.Function {
	case agg.First, agg.Last, agg.FirstN, agg.LastN, agg.Min, agg.Max:
		own := find(q.relation.main.columns, v.From.Own(f.Column)).typ.read
		if f.Spec.N > 0 {
			return readArray(own)
		}
		return own
	}
	if t, err := f.Spec.Result(); err == nil && t.Kind == value.Float64 {
		return readFloat8
	}
	return readInt8
}

func windowRow(raw [][]byte, cells []reader) (sqlgen.WindowRow, error) {
	r := sqlgen.WindowRow{Event: eventtime.None, Cells: make([]value.Value, len(cells))}
	var err error
	if r.N, r.Status, err = ordinal(raw); err != nil {
		return r, err
	}
	if raw[2] != nil {
		micros, err := readInt8(raw[2])
		if err != nil {
			return r, err
		}
		r.Event = eventtime.Instant(micros.Int())
	}
	for f, read := range cells {
		if raw[windowColumns+f] == nil {
			continue
		}
		if r.Cells[f], err = read(raw[windowColumns+f]); err != nil {
			return r, errs.Wrap(err, errs.CodeOf(err), "entity row %d, feature %d", r.N+1, f+1)
		}
	}
	return r, nil
}

// counts runs the statement of a report.
func (q *query) counts(ctx context.Context, text string) (n sqlgen.Counts, err error) {
	err = q.tx.QueryRow(ctx, text).Scan(&n.Total, &n.NoKey, &n.NoEvent, &n.NoCreated, &n.OutOfRange)
	return n, err
}
