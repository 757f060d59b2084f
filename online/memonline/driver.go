// Package memonline is the online driver that keeps everything in memory, for tests and examples. It is the strictest
// one: it refuses what the port forbids (keys out of order, duplicates, malformed rows), copies every argument and
// answer, and overwrites what it lent to a caller as soon as the loan ends, so that code which keeps it fails at once.
package memonline

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// errClosed answers every call after Close.
var errClosed = errors.New("memonline: closed")

// A Driver is an online.Driver in memory. It lives as long as the process; Close forgets everything.
type Driver struct {
	mu     sync.RWMutex
	tables map[string]map[string][]byte // table → key → row
	closed bool
}

// New returns an empty Driver.
func New() *Driver { return &Driver{tables: map[string]map[string][]byte{}} }

var _ online.Driver = (*Driver)(nil)

// GetBatch implements online.Driver. Errors: InvalidArgument if Rows and Keys differ in length.
func (d *Driver) GetBatch(ctx context.Context, items []online.TableKeys) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return errClosed
	}
	for _, item := range items {
		if len(item.Keys) != len(item.Rows) {
			return errs.New(errs.InvalidArgument, "read of online table %q: %d keys but room for %d rows", item.Table, len(item.Keys), len(item.Rows))
		}
		t := d.tables[item.Table]
		for i, k := range item.Keys {
			item.Rows[i] = bytes.Clone(t[string(k)])
		}
	}
	return nil
}

// PutBatch implements online.Driver. A batch is written whole or, if it is malformed, not at all.
func (d *Driver) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	if err := ctx.Err(); err != nil {
		return online.PutResult{}, err
	}
	if err := online.CheckCells(table, cells); err != nil {
		return online.PutResult{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return online.PutResult{}, errClosed
	}
	t := d.tables[table]
	if t == nil && len(cells) > 0 {
		t = make(map[string][]byte, len(cells))
		d.tables[table] = t
	}
	var r online.PutResult
	for _, c := range cells {
		if old, ok := t[string(c.Key)]; ok && value.CompareRows(c.Row, old) <= 0 {
			r.Superseded++
			continue
		}
		t[string(c.Key)] = bytes.Clone(c.Row)
		r.Written++
	}
	return r, nil
}

// Scan implements online.Driver. It shows the cells of one moment and holds no lock while yield runs.
func (d *Driver) Scan(ctx context.Context, table string, yield func(online.Cell) bool) error {
	cells, err := d.snapshot(table)
	if err != nil {
		return err
	}
	for _, c := range cells {
		if err := ctx.Err(); err != nil {
			return err
		}
		more := yield(c)
		poison(c.Key)
		poison(c.Row)
		if !more {
			return nil
		}
	}
	return ctx.Err()
}

// snapshot returns copies of a table's cells in ascending key order.
func (d *Driver) snapshot(table string) ([]online.Cell, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return nil, errClosed
	}
	cells := make([]online.Cell, 0, len(d.tables[table]))
	for k, row := range d.tables[table] {
		cells = append(cells, online.Cell{Key: []byte(k), Row: bytes.Clone(row)})
	}
	slices.SortFunc(cells, func(a, b online.Cell) int { return bytes.Compare(a.Key, b.Key) })
	return cells, nil
}

// poison overwrites bytes that the caller must no longer use.
func poison(b []byte) {
	for i := range b {
		b[i] = 0xdb
	}
}

// Tables implements online.Driver.
func (d *Driver) Tables(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return nil, errClosed
	}
	names := make([]string, 0, len(d.tables))
	for name := range d.tables {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// Drop implements online.Driver.
func (d *Driver) Drop(ctx context.Context, table string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return errClosed
	}
	delete(d.tables, table)
	return nil
}

// Code implements online.Driver.
func (d *Driver) Code(err error) errs.Code {
	if errors.Is(err, errClosed) {
		return errs.FailedPrecondition
	}
	return errs.CodeOf(err)
}

// Close forgets every cell; later calls fail.
func (d *Driver) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed, d.tables = true, nil
	return nil
}
