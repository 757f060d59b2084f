package erasure

import (
	"bytes"
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// A deletion is the delete of an entity in one table.
type deletion struct {
	env   *Env
	part  *part
	table string
	now   eventtime.Instant
	dry   bool
}

// roundsMax is how often rows that came back while they were deleted are deleted again.
const roundsMax = 3

// do writes tombstones and reads them back.
func (d *deletion) do(ctx context.Context) (Table, error) {
	t := Table{View: d.part.use.View.Name, Table: d.table}
	keys, err := d.keys(ctx)
	if err != nil {
		return t, err
	}
	for range roundsMax {
		cells, err := d.tombstones(ctx, keys, &t)
		if err != nil || d.dry {
			return t, err
		}
		if len(cells) == 0 {
			t.Verified = true
			return t, nil
		}
		if _, err := d.env.Online.PutFor(ctx, d.table, cells, online.KeepOf(d.part.use.View.TTL)); err != nil {
			return t, err
		}
	}
	if cells, err := d.tombstones(ctx, keys, &t); err != nil || len(cells) == 0 {
		t.Verified = err == nil
		return t, err
	}
	return t, errs.New(errs.Aborted, "rows of the entity came back to table %s while they were deleted", d.table).WithID("T0379").
		WithHint("repeat the command, with --erase to keep later rows out")
}

// keys returns the encoded keys that are concerned, in ascending order: the entity's own, or, where the view has more join
// keys than were given, those of its stored rows.
func (d *deletion) keys(ctx context.Context) ([][]byte, error) {
	if len(d.part.at) == len(d.part.use.Keys) {
		parts := make([]value.Value, len(d.part.at))
		for i, at := range d.part.at {
			parts[at] = d.part.values[i]
		}
		key, err := value.AppendKey(nil, parts)
		return [][]byte{key}, err
	}
	var out [][]byte
	var failure error
	err := d.env.Online.Scan(ctx, d.table, func(c online.Cell) bool {
		var parts []value.Value
		if parts, failure = value.DecodeKey(c.Key); failure != nil {
			return false
		}
		if d.matches(parts) {
			out = append(out, bytes.Clone(c.Key))
		}
		return true
	})
	return out, errs.Join(err, failure)
}

func (d *deletion) matches(parts []value.Value) bool {
	for i, at := range d.part.at {
		if at >= len(parts) || !parts[at].Identical(d.part.values[i]) {
			return false
		}
	}
	return true
}

// tombstones returns a tombstone for each key whose stored row is none, newer than that row, and counts in t. A key
// without a row gets one in the view's present table, so that a run's older rows do not bring it.
func (d *deletion) tombstones(ctx context.Context, keys [][]byte, t *Table) ([]online.Cell, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	rows, err := d.env.Online.Rows(ctx, d.table, keys)
	if err != nil {
		return nil, err
	}
	var out []online.Cell
	for i, row := range rows {
		v := value.Version{Event: d.now, Created: d.now, Snapshot: d.now}
		if row == nil && d.table != d.part.tables[0] {
			continue
		}
		if row != nil {
			h, err := value.ReadRow(row)
			if err != nil {
				return nil, errs.Wrap(err, errs.DataLoss, "a row of online table %q", d.table)
			}
			if h.Tombstone && h.Version.Event >= d.now {
				continue
			}
			if !h.Tombstone {
				t.Rows++
			}
			if h.Version.Event >= v.Event { // a pushed row may be ahead of the clock
				v.Event = h.Version.Event + 1
			}
		}
		t.Tombstones++
		t.Event = max(t.Event, v.Event)
		out = append(out, online.Cell{Key: keys[i], Row: value.AppendTombstone(nil, v)})
	}
	return slices.Clip(out), nil
}
