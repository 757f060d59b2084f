package online

import (
	"bytes"
	"context"
	"errors"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/value"
)

// Bounds of one cell and of table names, the same for every driver, checked by Store and by the drivers that frame
// cells themselves.
const (
	CellBytesMax  = 16 << 20 // key and row together
	TableBytesMax = 512
)

// Options tunes a Store. The zero value of every member means its default.
type Options struct {
	// BatchBytesMax bounds the keys and rows of one PutBatch of the driver; greater Puts are split. Default 256 MiB.
	BatchBytesMax int64
}

// A Store is the portable side of the port: it encodes nothing and decides nothing about time, but finds the schema of
// each packed row, decodes it, and gives every failure a code. It is safe for concurrent use.
type Store struct {
	driver        Driver
	shared        *sharing // nil unless the driver is Distant
	watcher       Watcher  // nil: nobody watches
	batchBytesMax int64
}

// New returns a Store on d, which Close closes.
func New(d Driver, opt *Options) *Store {
	s := &Store{driver: d, batchBytesMax: 256 << 20}
	if opt != nil && opt.BatchBytesMax > 0 {
		s.batchBytesMax = opt.BatchBytesMax
	}
	if far, ok := d.(Distant); ok && far.Distant() {
		s.shared = newSharing(d)
	}
	return s
}

// Put writes cells of one table: keys ascending, without duplicates. Per cell and atomically the row stays that is
// greater by value.CompareRows, so Put may be repeated, reordered and raced. After nil the cells survive a crash; on
// error an unknown subset has been written. No cells is no work. Arguments are not retained.
//
// Errors: InvalidArgument for keys out of order, a malformed row, or a cell or table name beyond its bound, all before
// the first write; otherwise the driver's, classified.
func (s *Store) Put(ctx context.Context, table string, cells []Cell) (PutResult, error) {
	return s.PutFor(ctx, table, cells, Keep{})
}

// PutFor is Put for cells that need not be kept longer than keep says, if the driver can forget.
func (s *Store) PutFor(ctx context.Context, table string, cells []Cell, keep Keep) (PutResult, error) {
	if err := CheckCells(table, cells); err != nil {
		return PutResult{}, err
	}
	var total PutResult
	for len(cells) > 0 {
		n := s.prefix(cells)
		began := s.began()
		r, err := PutFor(ctx, s.driver, table, cells[:n], keep)
		err = s.fail(err, "write online table %q", table)
		s.tell(ctx, Call{Op: OpWrite, Began: began, Tables: 1, Keys: n, Err: err})
		if err != nil {
			return total, err
		}
		total.Add(r)
		cells = cells[n:]
	}
	return total, nil
}

// prefix returns how many of cells, at least one, fit one batch.
func (s *Store) prefix(cells []Cell) int {
	var size int64
	for i, c := range cells {
		if size += int64(len(c.Key) + len(c.Row)); size > s.batchBytesMax && i > 0 {
			return i
		}
	}
	return len(cells)
}

// Add adds the counts of o; Unknown absorbs.
func (r *PutResult) Add(o PutResult) {
	r.Written += o.Written
	if o.Superseded == Unknown || r.Superseded == Unknown {
		r.Superseded = Unknown
		return
	}
	r.Superseded += o.Superseded
}

// CheckTable returns an InvalidArgument error for a table name that is empty or longer than TableBytesMax.
func CheckTable(table string) error {
	if table == "" || len(table) > TableBytesMax {
		return errs.New(errs.InvalidArgument, "online table name %.64q has %d bytes, expected 1 to %d", table, len(table), TableBytesMax)
	}
	return nil
}

// CheckCells returns an InvalidArgument error unless a table name and cells are what PutBatch promises its driver:
// ascending keys without duplicates, well-formed row headers, sizes within bounds.
func CheckCells(table string, cells []Cell) error {
	if err := CheckTable(table); err != nil {
		return err
	}
	return parallel.Ranges(len(cells), cellsPerChecker, func(lo, hi int) error { return checkCells(table, cells, lo, hi) })
}

// cellsPerChecker is the number of cells from which on another goroutine helps to check them.
const cellsPerChecker = 32 << 10

// checkCells checks the cells lo ≤ i < hi, the order of the first with the one before it included.
func checkCells(table string, cells []Cell, lo, hi int) error {
	for i := lo; i < hi; i++ {
		c := cells[i]
		if i > 0 && bytes.Compare(cells[i-1].Key, c.Key) >= 0 {
			return errs.New(errs.InvalidArgument, "cells of online table %q: key %d (%x) is not greater than the one before it", table, i, c.Key)
		}
		if len(c.Key)+len(c.Row) > CellBytesMax {
			return errs.New(errs.InvalidArgument, "cell %d of online table %q has %d bytes, expected at most %d", i, table, len(c.Key)+len(c.Row), CellBytesMax).
				WithHint("shorten the longest String, Bytes or Array of that row")
		}
		if _, err := value.ReadRow(c.Row); err != nil {
			return errs.Wrap(err, errs.InvalidArgument, "cell %d of online table %q", i, table)
		}
	}
	return nil
}

// Scan calls yield for each cell of a table in ascending key order until yield returns false. The cell is valid during
// the call only. A table that does not exist has no cells. Errors: the driver's, classified.
func (s *Store) Scan(ctx context.Context, table string, yield func(Cell) bool) error {
	return s.fail(s.driver.Scan(ctx, table, yield), "scan online table %q", table)
}

// Tables returns the names of tables that hold cells, in order.
func (s *Store) Tables(ctx context.Context) ([]string, error) {
	names, err := s.driver.Tables(ctx)
	return names, s.fail(err, "list online tables")
}

// Drop removes a table and its cells; one that does not exist is not an error.
func (s *Store) Drop(ctx context.Context, table string) error {
	return s.fail(s.driver.Drop(ctx, table), "drop online table %q", table)
}

// Close closes the driver, and returns when readings that several callers shared have ended.
func (s *Store) Close() error {
	err := s.driver.Close()
	if s.shared != nil {
		s.shared.flights.Wait()
	}
	return s.fail(err, "close online store")
}

// fail gives a driver's error its code, once: errors that carry one stay as they are.
func (s *Store) fail(err error, format string, args ...any) error {
	var e *errs.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = s.driver.Code(err)
	}
	return errs.Wrap(err, code, format, args...)
}
