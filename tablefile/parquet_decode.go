package tablefile

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/truepoint/truepoint/value"
)

// step is the number of rows that a decoder takes at once: its buffers stay in the first-level cache.
const step = 4096

// A scratch holds the buffers of one decoder; they are reused across parts.
type scratch struct {
	levels  [step]int16
	int32s  [step]int32
	int96s  [step]parquet.Int96
	float32 [step]float32
	bools   [step]bool
	texts   [step]parquet.ByteArray
	natural value.Column // before a conversion
	present []uint64     // a bit for each row of a page that has a value; empty: all have
	chosen  []choice
}

// A decoder reads one flat column of one row group.
type decoder struct {
	part   *parquetPart
	want   *want
	picked []uint64 // a bit for each row that is asked for; nil: all are
	out    int      // rows of dst that are done
	shape  *shape
	buf    *scratch
	clock  *clock
	dst    *value.Column
	first  int64 // rows of the file before the part
}

func (p *parquetPart) decoderOf(w *want) *decoder {
	f := p.file
	return &decoder{
		part: p, want: w, shape: w.shape, buf: f.parquet.scratch.Get().(*scratch),
		clock: newClock(&f.opt, w.Moment), first: f.parquet.first[p.group],
	}
}

func (d *decoder) close() { d.part.file.parquet.scratch.Put(d.buf) }

// direct reports whether the wanted type shares the storage of the natural one, so that no second pass is needed.
func (d *decoder) direct() bool {
	from, to := d.shape.natural.Kind, d.want.Type.Kind
	return from == to || from == value.Int32 && to == value.Int64 ||
		from == value.String && to == value.Bytes || from == value.Bytes && to == value.String
}

// read decodes the column into dst and converts it.
func (d *decoder) read(rd *chunkReader, dst *value.Column) error {
	if d.direct() {
		d.dst = dst
		d.dst.Type = d.want.Type
		return d.decode(rd)
	}
	d.dst = &d.buf.natural
	d.dst.Type = d.shape.natural
	if err := d.decode(rd); err != nil {
		return err
	}
	return d.convert(dst)
}

// convert fills dst from the natural column, value by value, by the rules of the owners of types and times.
func (d *decoder) convert(dst *value.Column) error {
	from := d.dst
	dst.Type = d.want.Type
	dst.Resize(from.Len())
	converter := NewConverter(d.clock.opt, d.want.Column)
	out := 0
	for i := range d.part.rows {
		if !isPicked(d.picked, i) {
			continue
		}
		if from.Null(out) {
			dst.SetNull(out)
		} else {
			v, err := converter.Convert(from.At(out))
			if err != nil {
				return d.fault(i, err)
			}
			dst.Set(out, v)
		}
		out++
	}
	return nil
}

func (d *decoder) fault(row int, err error) error {
	return rowError(err, d.part.file.src.Name(), d.first+int64(row)+1, d.want.File)
}

// decode reads the column chunk into d.dst.
func (d *decoder) decode(rd *chunkReader) error {
	d.dst.Reshape(CountPicked(d.picked, d.part.rows))
	err := d.decodePages(rd.raw)
	if !errors.Is(err, errOtherEncoding) {
		return err
	}
	library, err := rd.open()
	if err != nil {
		return err
	}
	d.dst.Resize(d.part.rows)
	if err := d.decodeChunk(library); err != nil || d.picked == nil {
		return err
	}
	d.dst.Keep(d.picked)
	return nil
}

// decodeChunk does what decode does with the library's decoder, which knows every encoding and reads all rows.
func (d *decoder) decodeChunk(rd *file.Reader) (err error) {
	chunk, err := rd.RowGroup(d.part.group).Column(d.shape.leaves[0])
	if err != nil {
		return d.damaged(err)
	}
	defer func() {
		if e := chunk.Close(); e != nil && err == nil {
			err = d.damaged(e)
		}
	}()
	batch := d.batchOf(chunk)
	rows := 0
	for rows < d.part.rows {
		levels, err := batch(rows, min(step, d.part.rows-rows))
		if err != nil {
			return err
		}
		if levels == 0 {
			return d.damaged(
				fmt.Errorf("it has %d of %d rows (%w)", rows, d.part.rows, errorOr(chunk.Err())))
		}
		rows += levels
	}
	if chunk.HasNext() {
		return d.damaged(fmt.Errorf("it has more than %d rows", rows))
	}
	return nil
}

func errorOr(err error) error {
	if err == nil {
		return fmt.Errorf("the pages end early")
	}
	return err
}

// levels returns the buffer for definition levels, nil for a required column.
func (d *decoder) levels() []int16 {
	if !d.shape.optional {
		return nil
	}
	return d.buf.levels[:]
}

// A batchFunc decodes at most size rows from row at on and returns how many there were; 0 is the end.
type batchFunc func(at, size int) (int, error)

// batchOf returns the decoder of the column's storage.
func (d *decoder) batchOf(chunk file.ColumnChunkReader) batchFunc {
	switch r := chunk.(type) {
	case *file.Int64ColumnChunkReader:
		return d.int64s(r)
	case *file.Int32ColumnChunkReader:
		return d.int32s(r)
	case *file.Int96ColumnChunkReader:
		return d.int96s(r)
	case *file.Float64ColumnChunkReader:
		return func(at, size int) (int, error) {
			n, values, err := r.ReadBatch(int64(size), d.dst.Float64s[at:], d.levels(), nil)
			return spread(d, d.dst.Float64s, at, counts{int(n), values, err})
		}
	case *file.Float32ColumnChunkReader:
		return func(at, size int) (int, error) {
			n, values, err := r.ReadBatch(int64(size), d.dst.Float32s[at:], d.levels(), nil)
			return spread(d, d.dst.Float32s, at, counts{int(n), values, err})
		}
	case *file.BooleanColumnChunkReader:
		return d.bools(r)
	case *file.ByteArrayColumnChunkReader:
		return d.texts(r)
	}
	return func(int, int) (int, error) { return 0, fmt.Errorf("unexpected storage %T", chunk) }
}

// counts is what the library says after a batch: rows (levels), values that are not null, and an error.
type counts struct {
	rows, values int
	err          error
}

// spread moves the values of a batch, which lie packed at out[at:], to their rows and marks the nulls.
func spread[T any](d *decoder, out []T, at int, c counts) (int, error) {
	if c.err != nil {
		return 0, d.damaged(c.err)
	}
	if c.values == c.rows {
		return c.rows, nil
	}
	if !d.shape.optional || c.values > c.rows {
		return 0, d.damaged(fmt.Errorf("%d values for %d rows", c.values, c.rows))
	}
	var zero T
	from := at + c.values
	for i := c.rows - 1; i >= 0; i-- {
		if d.buf.levels[i] == 0 {
			out[at+i] = zero
			d.dst.SetNull(at + i)
			continue
		}
		if from--; from < at {
			return 0, d.damaged(fmt.Errorf("levels and values disagree"))
		}
		out[at+i] = out[from]
	}
	return c.rows, nil
}

func (d *decoder) int64s(r *file.Int64ColumnChunkReader) batchFunc {
	times := d.timesOf()
	return func(at, size int) (int, error) {
		n, values, err := r.ReadBatch(int64(size), d.dst.Ints[at:], d.levels(), nil)
		if err == nil {
			if bad, e := times(d.dst.Ints[at : at+values]); e != nil {
				return 0, d.fault(at+d.rowOf(bad, int(n)), e)
			}
		}
		return spread(d, d.dst.Ints, at, counts{int(n), values, err})
	}
}

// rowOf returns the row of the k-th value that is not null among the n rows of a batch.
func (d *decoder) rowOf(k, n int) int {
	if !d.shape.optional {
		return k
	}
	for i, level := range d.buf.levels[:n] {
		if level == 0 {
			continue
		}
		if k == 0 {
			return i
		}
		k--
	}
	return n
}

func (d *decoder) int32s(r *file.Int32ColumnChunkReader) batchFunc {
	return func(at, size int) (int, error) {
		n, values, err := r.ReadBatch(int64(size), d.buf.int32s[:], d.levels(), nil)
		for i, x := range d.buf.int32s[:values] {
			d.dst.Ints[at+i] = int64(x)
		}
		return spread(d, d.dst.Ints, at, counts{int(n), values, err})
	}
}

func (d *decoder) bools(r *file.BooleanColumnChunkReader) batchFunc {
	return func(at, size int) (int, error) {
		n, values, err := r.ReadBatch(int64(size), d.buf.bools[:], d.levels(), nil)
		for i, b := range d.buf.bools[:values] {
			d.dst.Ints[at+i] = 0
			if b {
				d.dst.Ints[at+i] = 1
			}
		}
		return spread(d, d.dst.Ints, at, counts{int(n), values, err})
	}
}
