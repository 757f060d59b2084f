package collect

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// batchRows is how many rows are removed at once.
const batchRows = 4096

// expire removes the rows of a needed table that can never answer again: their event time is before now − ttl by a day
// (online.KeepOf); tombstones when they have been kept for as long as older rows could come back.
func (c *collection) expire(ctx context.Context, t Table, ttl eventtime.TTL) error {
	t.Reason = ReasonExpired
	if _, able, err := c.env.Online.Expire(ctx, t.Table, nil); err != nil || !able {
		if t.Action, t.Why = Kept, "this online store cannot remove single rows"; err == nil {
			c.report.add(t)
		}
		return err
	}
	e := &expiry{now: c.began, keep: online.KeepOf(ttl)}
	var batch []online.Cell
	var counted Table
	var failure error
	flush := func() bool {
		if failure = c.remove(ctx, &t, batch); failure != nil {
			return false
		}
		batch = batch[:0]
		return t.Why == ""
	}
	stopped := false
	err := c.env.Online.Scan(ctx, t.Table, func(cell online.Cell) bool {
		var dead bool
		if dead, failure = e.dead(cell.Row); failure != nil {
			return false
		}
		if !dead {
			return true
		}
		counted.Rows, counted.Bytes = counted.Rows+1, counted.Bytes+int64(len(cell.Key)+len(cell.Row))
		if c.req.DryRun {
			return true
		}
		batch = append(batch, online.Cell{Key: append([]byte(nil), cell.Key...), Row: append([]byte(nil), cell.Row...)})
		if len(batch) == batchRows {
			stopped = !flush()
		}
		return !stopped
	})
	if err = errs.Join(err, failure); err == nil && len(batch) > 0 && !stopped {
		flush()
		err = failure
	}
	switch {
	case err != nil:
		return err
	case counted.Rows == 0:
		return nil
	case c.req.DryRun:
		t.Rows, t.Bytes, t.Action = counted.Rows, counted.Bytes, WouldGo
	case t.Rows > 0:
		t.Action = Gone
	default:
		t.Action = Kept
	}
	c.report.add(t)
	return nil
}

// remove removes cells as long as they are what was seen, and counts them in t; t.Why says why not all could go.
func (c *collection) remove(ctx context.Context, t *Table, cells []online.Cell) error {
	if c.req.RowsMax > 0 && int64(len(cells)) > c.left {
		cells = cells[:max(0, c.left)]
		t.Why = "more than the rows given have expired"
	}
	if why := c.beyond(int64(len(cells))); why != "" {
		t.Why = why
		return nil
	}
	if len(cells) == 0 {
		return nil
	}
	removed, _, err := c.env.Online.Expire(ctx, t.Table, cells)
	if err != nil {
		return err
	}
	for _, cell := range cells {
		t.Bytes += int64(len(cell.Key) + len(cell.Row))
	}
	t.Rows += removed
	c.left -= removed
	if c.req.Progress != nil {
		c.req.Progress(Progress{Table: t.Table, Done: t.Rows})
	}
	return nil
}

// An expiry tells which rows can never answer again.
type expiry struct {
	now  eventtime.Instant
	keep online.Keep
}

// dead reports whether a row may go. Errors: DataLoss for one that cannot be read.
func (e *expiry) dead(row []byte) (bool, error) {
	h, err := value.ReadRow(row)
	if err != nil {
		return false, err
	}
	if !h.Tombstone {
		return e.keep.Rows > 0 && h.Version.Event < e.now.Add(-e.keep.Rows), nil
	}
	return e.keep.Tombstones > 0 && max(h.Version.Event, h.Version.Snapshot) < e.now.Add(-e.keep.Tombstones), nil
}
