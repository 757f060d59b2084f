package tablefile

import (
	"iter"
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/parquet"

	"github.com/truepoint/truepoint/tablefile/flatpage"
	"github.com/truepoint/truepoint/value"
)

// pageBytes is the size at which a page is full: small, so that reading a few rows decompresses little.
const pageBytes = 128 << 10

// flatItems are the items of a column chunk in the making, of one storage type: the reverse of pageValues.
type flatItems interface {
	// take adds those items of the rows lo ≤ i < hi of c that are not null to the present page, until it is full, and
	// returns the row behind the last one that it took: lo at least if the page is full, else more. Errors: InvalidArgument
	// for an item that a file cannot have.
	take(c *value.Column, lo, hi int) (next int, full bool, err error)
	// page appends the values of the present page to dst and begins the next page.
	page(dst []byte) ([]byte, parquet.Encoding)
	// finish ends the column chunk, whose last page is done, and begins the next one.
	finish() chunkItems
}

// chunkItems is what only the end of a column chunk tells.
type chunkItems struct {
	low, high  []byte // the least and the greatest item, as statistics hold them; nil: there is none
	dictionary []byte // plain; nil: no page refers to one. It is valid until the next item is taken
	entries    int    // of the dictionary
}

// itemsOf returns the items of a flat kind.
func itemsOf(kind value.Kind) flatItems {
	switch kind {
	case value.Bool:
		return newBoolItems()
	case value.Int32, value.Date:
		return newNumberItems[int32](intsOf, math.MaxInt32, math.MinInt32)
	case value.Int64, value.UnixTimestamp:
		return newNumberItems[int64](intsOf, math.MaxInt64, math.MinInt64)
	case value.Float32:
		return newNumberItems(float32sOf, float32(math.Inf(1)), float32(math.Inf(-1)))
	case value.Float64:
		return newNumberItems(float64sOf, math.Inf(1), math.Inf(-1))
	case value.Uuid:
		return &uuidItems{}
	}
	return &textItems{}
}

func intsOf(c *value.Column) []int64       { return c.Ints }
func float32sOf(c *value.Column) []float32 { return c.Float32s }
func float64sOf(c *value.Column) []float64 { return c.Float64s }

// presentRuns yields the runs from ≤ i < to of those rows lo ≤ i < hi that are not null.
func presentRuns(c *value.Column, lo, hi int) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		for lo < hi {
			null, end := flatpage.Run(c.Nulls, lo, hi)
			if !null && !yield(lo, end) {
				return
			}
			lo = end
		}
	}
}

// grown returns b with room for what so many items of so many bytes may still add to a page.
func grown(b []byte, items, size int) []byte {
	return slices.Grow(b, min(items*size, pageBytes+step*size-len(b)))
}
