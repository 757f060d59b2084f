package historical

import (
	"context"
	"io"
	"math"
	"slices"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// memoryDefault is the default of Request.MemoryMax.
const memoryDefault = 1 << 30

// spines are the entity rows of a request, chunk by chunk: a spine in memory is cut, a table is read once to find the
// faults of all rows, keys and times only, and once more chunk by chunk.
type spines struct {
	src   Source
	sel   *feature.Selection
	req   *Request
	whole *spine     // nil while the rows are in table only
	table SpineTable // nil once the rows are in whole
	rows  int64
	max   int                // rows of a chunk
	parts *offline.RowReader // of table
	begun bool
	given int64 // rows
}

// openSpines makes the spine of a request in memory, or looks at the columns of a table with more rows than one chunk.
func openSpines(ctx context.Context, src Source, sel *feature.Selection, req *Request) (*spines, error) {
	s := &spines{src: src, sel: sel, req: req}
	if t := req.SpineTable; t != nil {
		s.table, s.rows, s.max = t, rowsOf(t), chunkRows(sel, t.Fields(), req.MemoryMax)
		if s.rows > int64(s.max) && req.Spine == nil && req.SpineSQL == "" && req.AllKeys == "" && req.Range == nil {
			return s, checkNames(sel, emptyBatch(t.Fields()))
		}
	}
	return s, s.hold(ctx)
}

// hold brings the rows into memory.
func (s *spines) hold(ctx context.Context) error {
	sp, err := buildSpine(ctx, s.src, s.sel, s.req)
	if err != nil {
		return err
	}
	s.whole, s.table, s.rows = sp, nil, int64(sp.columns.Rows)
	s.max = chunkRows(s.sel, sp.columns.Fields(), s.req.MemoryMax)
	return nil
}

func rowsOf(t pit.Table) (rows int64) {
	for _, p := range t.Parts() {
		rows += int64(p.Rows())
	}
	return rows
}

// readAll reads columns of a table into memory.
func readAll(ctx context.Context, t pit.Table, fields []value.Field) (*value.Batch, error) {
	return offline.NewRowReader(t, fields).Read(ctx, int(rowsOf(t)))
}

func emptyBatch(fields []value.Field) *value.Batch {
	b := &value.Batch{}
	for _, f := range fields {
		b.Add(f.Name, value.NewColumn(f.Type, 0))
	}
	return b
}

// settle finds out how the rows are cut, and the faults of all rows if they come in more than one chunk: of a single one
// they are found on the way.
func (s *spines) settle(ctx context.Context, e *engine) error {
	if e.whole() {
		if s.table != nil {
			if err := s.hold(ctx); err != nil {
				return err
			}
		}
		s.max = math.MaxInt
	}
	if s.table != nil {
		s.parts = offline.NewRowReader(s.table, s.table.Fields())
		return s.check(ctx, e)
	}
	if s.chunks() > 1 {
		if err := e.plan(s.whole).Check(); err != nil {
			return err
		}
	}
	return s.moments(s.whole)
}

// moments tells the caller when the rows of a spine are.
func (s *spines) moments(sp *spine) error {
	if s.req.Moments == nil {
		return nil
	}
	return s.req.Moments(sp.asOf)
}

// check reads keys and times of the whole table, in chunks, and returns what is wrong with them.
func (s *spines) check(ctx context.Context, e *engine) error {
	read, nulls := newReading(s.sel, s.req), &pit.NullCheck{}
	var fields []value.Field
	for _, f := range s.table.Fields() {
		key := slices.ContainsFunc(s.sel.Request, func(k value.Field) bool { return k.Name == f.Name })
		if key || f.Name == read.timeColumn() {
			fields = append(fields, f)
		}
	}
	r := offline.NewRowReader(s.table, fields)
	for at := int64(0); at < s.rows; at += int64(s.max) {
		b, err := r.Read(ctx, int(min(int64(s.max), s.rows-at)))
		if err != nil {
			return err
		}
		sp := read.read(b)
		if read.err() != nil {
			continue // later rows may have faults too
		}
		nulls.Add(e.plan(sp))
		if err := s.moments(sp); err != nil {
			return err
		}
	}
	if err := read.err(); err != nil {
		return err
	}
	return nulls.Err()
}

// chunks returns the number of chunks, at least one.
func (s *spines) chunks() int64 { return max(1, (s.rows-1)/int64(s.max)+1) }

// next returns the next chunk, io.EOF after the last.
func (s *spines) next(ctx context.Context) (*spine, error) {
	if s.begun && s.given == s.rows {
		return nil, io.EOF
	}
	n, from := min(int64(s.max), s.rows-s.given), int(s.given)
	s.begun, s.given = true, s.given+n
	if s.whole != nil {
		if n == s.rows {
			return s.whole, nil
		}
		return s.whole.slice(from, from+int(n)), nil
	}
	b, err := s.parts.Read(ctx, int(n))
	if err != nil {
		return nil, err
	}
	read := newReading(s.sel, s.req)
	read.rows = from
	return read.read(b), read.err()
}

// slice returns rows lo ≤ i < hi.
func (sp *spine) slice(lo, hi int) *spine {
	return &spine{columns: sp.columns.Slice(lo, hi), keys: sp.keys.Slice(lo, hi), asOf: sp.asOf[lo:hi]}
}

// chunkRows returns how many entity rows fit in so many bytes, at least one, by what a row takes at once: its columns,
// its place in the index of each set of keys and in the workers' tables, and its results.
func chunkRows(sel *feature.Selection, columns []value.Field, bytesMax int64) int {
	const (
		indexBytes  = 200 // of a row in an index, and in the slots of two workers
		answerBytes = 32  // status, times and position in the answer of a view
	)
	if bytesMax <= 0 {
		bytesMax = memoryDefault
	}
	width := int64(indexBytes)
	for _, f := range columns {
		width += cellBytes(f.Type)
	}
	for i := range sel.Uses {
		width += answerBytes
		for _, f := range sel.Uses[i].Fields {
			width += 2 * cellBytes(f.Type) // the value, and what replaces it by default
		}
	}
	return int(max(1, bytesMax/width))
}

// cellBytes is an estimate of what a value takes in a column.
func cellBytes(t value.Type) int64 {
	switch {
	case t.Nested():
		return 256
	case t.Kind == value.String || t.Kind == value.Bytes || t.Kind == value.Decimal || t.Kind == value.Json || t.Kind == value.Uuid:
		return 48
	}
	return 8
}
