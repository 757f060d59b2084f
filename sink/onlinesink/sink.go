// Package onlinesink writes rows to an online store: it encodes keys and packed rows, sorts them by key, keeps the
// greatest of several rows of one key, and sends the rest as one batch.
package onlinesink

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/value"
)

// A Sink is a sink.Sink on an online store. It is safe for concurrent use.
type Sink struct {
	store  *online.Store
	blocks sync.Pool // of *block
}

// A block is memory that many cells share. Blocks go from write to write, because memory that was never touched costs
// more than the encoding.
type block [blockBytes]byte

const blockBytes = 1 << 20

// New returns a Sink that writes to s, which stays open.
func New(s *online.Store) *Sink { return &Sink{store: s} }

var _ sink.Sink = (*Sink)(nil)

// Write implements sink.Sink. Rows of one key are reduced to the greatest by value.CompareRows before they are sent;
// the others count as superseded. Memory: one encoded copy of the rows.
//
// Errors: InvalidArgument for columns of unequal length, a field of the view's schema that is missing, an invalid time
// or a value that cannot be stored, with the key of the row and before the first write; otherwise the store's.
func (s *Sink) Write(ctx context.Context, table string, rows *sink.Rows) (sink.Outcome, error) {
	if err := rows.Check(); err != nil {
		return sink.Outcome{}, err
	}
	cells, used, err := s.encode(rows)
	if err != nil {
		return sink.Outcome{}, err
	}
	kept := newest(cells)
	r, err := s.store.PutFor(ctx, table, kept, online.KeepOf(rows.Use.View.TTL))
	out := sink.Outcome{Written: r.Written, Superseded: r.Superseded, Newest: rows.Newest()}
	if out.Superseded != online.Unknown {
		out.Superseded += int64(len(cells) - len(kept))
	}
	if err == nil { // a store that failed may be busy with them still
		for _, b := range used {
			s.blocks.Put(b)
		}
	}
	return out, err
}

// newest sorts cells by key and returns the greatest row of each key. Cells that are in order already, as
// materialize sends them, are returned as they are.
func newest(cells []online.Cell) []online.Cell {
	ascending := true
	for i := 1; i < len(cells) && ascending; i++ {
		ascending = bytes.Compare(cells[i-1].Key, cells[i].Key) < 0
	}
	if ascending {
		return cells
	}
	sorted := slices.Clone(cells)
	slices.SortFunc(sorted, func(a, b online.Cell) int {
		if c := bytes.Compare(a.Key, b.Key); c != 0 {
			return c
		}
		return value.CompareRows(b.Row, a.Row)
	})
	return slices.CompactFunc(sorted, func(a, b online.Cell) bool { return bytes.Equal(a.Key, b.Key) })
}

// rowsPerWorker is the number of rows from which on another goroutine helps to encode.
const rowsPerWorker = 8192

// encode returns one cell per row, in row order, and the blocks that they lie in.
func (s *Sink) encode(rows *sink.Rows) ([]online.Cell, []*block, error) {
	schema, fields, err := layout(rows)
	if err != nil {
		return nil, nil, err
	}
	cells := make([]online.Cell, rows.Len())
	var used []*block
	var mu sync.Mutex
	err = parallel.Ranges(len(cells), rowsPerWorker, func(lo, hi int) error {
		e := encoder{blocks: &s.blocks, rows: rows, fields: fields, row: value.NewRowEncoder(schema)}
		err := e.fill(cells, lo, hi)
		mu.Lock()
		defer mu.Unlock()
		used = append(used, e.used...)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return cells, used, nil
}

// layout returns the schema of new rows and the columns in its order.
func layout(rows *sink.Rows) (*value.Schema, []*value.Column, error) {
	schema := rows.Use.View.RowSchema()
	fields := make([]*value.Column, len(schema.Fields))
	for j, f := range schema.Fields {
		for i := range rows.Use.Fields {
			if rows.Use.Fields[i].Name == f.Name {
				fields[j] = rows.Fields[i]
			}
		}
		switch {
		case fields[j] == nil:
			return nil, nil, errs.New(errs.InvalidArgument, "rows for view %q lack field %q, expected every field of the view", rows.Use.View.Name, f.Name)
		case !fields[j].Type.Equal(f.Type):
			return nil, nil, errs.New(errs.InvalidArgument, "field %q of view %q: the rows have %s, expected %s", f.Name, rows.Use.View.Name, fields[j].Type, f.Type)
		}
	}
	return schema, fields, nil
}

// An encoder turns rows into cells. A cell's bytes lie in a shared buffer that is replaced, never grown, once cells
// point into it.
type encoder struct {
	blocks *sync.Pool
	used   []*block
	rows   *sink.Rows
	fields []*value.Column
	row    *value.RowEncoder
	buf    []byte
	last   int // bytes of the last cell: the estimate of the next
}

// fill encodes the rows lo ≤ i < hi.
func (e *encoder) fill(cells []online.Cell, lo, hi int) (err error) {
	for i := lo; i < hi; i++ {
		if cells[i], err = e.cell(i); err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "%s", e.rows.Name(i))
		}
	}
	return nil
}

// room makes sure that the buffer has room for a cell like the last.
func (e *encoder) room() {
	need := e.last + e.last/4 + 64
	switch {
	case cap(e.buf)-len(e.buf) >= need:
	case need > blockBytes/2:
		e.buf = make([]byte, 0, 4*need)
	default:
		b, ok := e.blocks.Get().(*block)
		if !ok {
			b = new(block)
		}
		e.used, e.buf = append(e.used, b), b[:0]
	}
}

func (e *encoder) cell(i int) (c online.Cell, err error) {
	e.room()
	start, buf := len(e.buf), e.buf
	v := value.Version{Event: e.rows.Event[i], Created: e.rows.Created[i], Snapshot: e.rows.Snapshot}
	if e.rows.Deleted != nil && e.rows.Deleted[i] {
		buf = value.AppendTombstone(buf, v)
	} else if buf, err = e.row.AppendFrom(buf, v, e.fields, i); err != nil {
		return online.Cell{}, err
	}
	e.buf, e.last = buf, len(buf)-start
	return online.Cell{Key: e.rows.Encoded[i], Row: buf[start:len(buf):len(buf)]}, nil
}
