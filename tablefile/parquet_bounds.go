package tablefile

import (
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/metadata"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A BoundedPart is a Part that knows bounds of columns from the file's structure.
type BoundedPart interface {
	Part
	// Bounds returns values with low ≤ v ≤ high by value.Compare for each v of the column called name, as Read gives it.
	// ok is false unless the file says so and no row is null.
	Bounds(name string) (low, high value.Value, ok bool)
}

// Bounds implements BoundedPart with the statistics of the row group: of integers, dates, instants and strings that are
// read as they are stored.
func (p *parquetPart) Bounds(name string) (low, high value.Value, ok bool) {
	w := p.wants[name]
	if w == nil || w.shape == nil || w.shape.flat == flatNone || p.rows == 0 {
		return low, high, false
	}
	defer func() {
		if recover() != nil || ok && value.Compare(low, high) > 0 { // damaged statistics say nothing
			ok = false
		}
	}()
	chunk, err := p.file.parquet.meta.RowGroup(p.group).ColumnChunk(w.shape.leaves[0])
	if err != nil {
		return low, high, false
	}
	stats, err := chunk.Statistics()
	if err != nil || stats == nil || !stats.HasMinMax() || w.shape.optional && !(stats.HasNullCount() && stats.NullCount() == 0) {
		return low, high, false
	}
	switch s := stats.(type) {
	case *metadata.Int32Statistics:
		return p.bounds(w, int64(s.Min()), int64(s.Max()))
	case *metadata.Int64Statistics:
		return p.bounds(w, s.Min(), s.Max())
	case *metadata.ByteArrayStatistics:
		if w.shape.flat == flatText && w.Type.Kind == value.String {
			return value.OfString(string(s.Min())), value.OfString(string(s.Max())), true
		}
	}
	return low, high, false
}

// bounds returns the values that stored numbers stand for.
func (p *parquetPart) bounds(w *want, low, high int64) (a, b value.Value, ok bool) {
	from, to := w.shape.natural.Kind, w.Type.Kind
	if from == value.UnixTimestamp {
		d := &decoder{part: p, want: w, shape: w.shape, clock: newClock(&p.file.opt, w.Moment)}
		if to != from || d.localTimes() {
			return a, b, false
		}
		numbers := []int64{low, high}
		if _, err := d.timesOf()(numbers); err != nil {
			return a, b, false
		}
		return value.OfInstant(eventtime.Instant(numbers[0])), value.OfInstant(eventtime.Instant(numbers[1])), true
	}
	if from != to && !(from == value.Int32 && to == value.Int64) || p.file.parquet.meta.Schema.Column(w.shape.leaves[0]).PhysicalType() == parquet.Types.Boolean {
		return a, b, false
	}
	c := value.Column{Type: w.Type}
	c.Resize(2)
	c.Ints[0], c.Ints[1] = low, high
	return c.At(0), c.At(1), true
}
