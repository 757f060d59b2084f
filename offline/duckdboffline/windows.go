//go:build duckdb

package duckdboffline

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/sqlgen"
	"github.com/truepoint/truepoint/value"
)

// windows runs the two statements of windows.
func (s *session) windows(ctx context.Context, i int) (*pit.WindowResult, error) {
	v := &s.plan.Windows[i]
	query, err := s.plan.WindowReport(dialect, i)
	if err != nil {
		return nil, err
	}
	counts, err := s.counts(ctx, query)
	if err != nil {
		return nil, err
	}
	if err := counts.Check(v.Name); err != nil {
		return nil, err
	}
	n := len(s.join.Plan.Spine.AsOf)
	c, err := sqlgen.NewWindowCollector(v, n)
	if err != nil {
		return nil, err
	}
	if query, err = s.plan.WindowAnswer(dialect, i); err != nil {
		return nil, err
	}
	cells, err := v.Cells()
	if err != nil {
		return nil, err
	}
	err = s.each(ctx, query, 3+len(cells), func(raw []any) error {
		r, err := windowRow(raw, cells)
		if err != nil {
			return err
		}
		return c.Add(r)
	})
	if err = failed(err, joining); errs.CodeOf(err) == errs.OutOfRange {
		return nil, v.Overflow(err)
	}
	if err != nil {
		return nil, err
	}
	return c.Done(n, counts)
}

func windowRow(raw []any, cells []sqlgen.Cell) (sqlgen.WindowRow, error) {
	r := sqlgen.WindowRow{N: raw[0].(int64), Status: value.Status(raw[1].(int32)), Event: eventtime.None, Cells: make([]value.Value, len(cells))}
	if at, ok := raw[2].(int64); ok {
		r.Event = eventtime.Instant(at)
	}
	for i, c := range cells {
		var err error
		if r.Cells[i], err = cell(raw[3+i], c.Type); err != nil {
			return r, errs.Wrap(err, errs.CodeOf(err), "entity row %d, feature %d", r.N+1, c.Feature+1)
		}
	}
	return r, nil
}

// counts runs the statement of a report.
func (s *session) counts(ctx context.Context, query string) (c sqlgen.Counts, err error) {
	err = s.conn.QueryRowContext(ctx, query).Scan(&c.Total, &c.NoKey, &c.NoEvent, &c.NoCreated, &c.OutOfRange)
	return c, err
}
