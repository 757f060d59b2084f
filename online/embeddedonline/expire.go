package embeddedonline

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2"

	"github.com/truepoint/truepoint/online"
)

// expireAtOnce is how many cells are compared and removed while writes wait: less than a millisecond of work.
const expireAtOnce = 128

var _ online.Expirer = (*Store)(nil)

// Expire implements online.Expirer.
func (s *Store) Expire(ctx context.Context, table string, cells []online.Cell) (removed int64, err error) {
	err = s.call(ctx, func(b backend) error {
		var n int64
		n, err := b.expire(ctx, table, cells)
		removed += n
		return err
	})
	return removed, err
}

// expire implements backend. Removals are not synced: a crash may bring them back, and only what may go is removed.
func (e *engine) expire(ctx context.Context, table string, cells []online.Cell) (removed int64, err error) {
	if err := e.gate.enter(ctx); err != nil {
		return 0, err
	}
	defer e.gate.leave()
	if err := online.CheckCells(table, cells); err != nil {
		return 0, err
	}
	for len(cells) > 0 {
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		lot := cells[:min(expireAtOnce, len(cells))]
		err := e.guard(func() error {
			n, err := e.expireLot(table, lot)
			removed += n
			return err
		})
		if err != nil {
			return removed, err
		}
		cells = cells[len(lot):]
	}
	return removed, nil
}

// expireLot removes cells while it keeps all writers out: rows are merged unread, so that one which came between the
// comparison and the removal would be lost.
func (e *engine) expireLot(table string, cells []online.Cell) (removed int64, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	id, ok := e.tables[table]
	if !ok {
		return 0, nil
	}
	e.stamps.Begin(cells)
	defer e.stamps.End(cells)
	b := e.db.NewBatch()
	defer b.Close()
	var key []byte
	for _, c := range cells {
		key = append(binary.BigEndian.AppendUint32(key[:0], id), c.Key...)
		row, err := e.get(key)
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(row, c.Row) {
			continue
		}
		if err := b.Delete(key, nil); err != nil {
			return 0, err
		}
		removed++
	}
	return removed, b.Commit(pebble.NoSync)
}

// expire implements backend.
func (c *client) expire(ctx context.Context, table string, cells []online.Cell) (int64, error) {
	r, err := c.hand(ctx, kindExpire, table, cells)
	return r.Written, err
}
