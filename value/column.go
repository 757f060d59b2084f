package value

import (
	"context"
	"math"

	"github.com/truepoint/truepoint/eventtime"
)

// A Column is a sequence of values of one type. Exactly one of the storage slices is in use, chosen by the type's
// kind, and has one item per row; rows that are null hold the zero item there. Engines read the slices directly;
// everybody else uses At and Append. A Column is not safe for concurrent writes.
type Column struct {
	Type     Type
	Nulls    []uint64  // bitmap, bit set = null; nil when there is none; may be shorter than the column
	Ints     []int64   // Bool (0, 1), Int32, Int64, UnixTimestamp (µs), Date (days)
	Float32s []float32 // Float32
	Float64s []float64 // Float64
	Texts    []string  // String, Bytes, Uuid, Decimal, Json
	Values   []Value   // Array, Set, Map, Struct, Vector
	n        int
}

// NewColumn returns an empty column with room for size rows.
func NewColumn(t Type, size int) *Column {
	c := &Column{Type: t}
	switch c.storage() {
	case storeInts:
		c.Ints = make([]int64, 0, size)
	case storeFloat32s:
		c.Float32s = make([]float32, 0, size)
	case storeFloat64s:
		c.Float64s = make([]float64, 0, size)
	case storeTexts:
		c.Texts = make([]string, 0, size)
	default:
		c.Values = make([]Value, 0, size)
	}
	return c
}

type storage uint8

const (
	storeInts storage = iota
	storeFloat32s
	storeFloat64s
	storeTexts
	storeValues
)

func (c *Column) storage() storage {
	switch c.Type.Kind {
	case Bool, Int32, Int64, UnixTimestamp, Date:
		return storeInts
	case Float32:
		return storeFloat32s
	case Float64:
		return storeFloat64s
	case String, Bytes, Uuid, Decimal, Json:
		return storeTexts
	}
	return storeValues
}

// Len returns the number of rows.
func (c *Column) Len() int { return c.n }

// Resize sets the number of rows to n, with room made as needed. Rows beyond the old length are null-free zero items;
// nulls are cleared. Readers use it before they fill the storage slice in place.
func (c *Column) Resize(n int) {
	if c.Reshape(n) {
		return
	}
	clear(c.Ints) // the slices that are not in use are empty
	clear(c.Float32s)
	clear(c.Float64s)
	clear(c.Texts)
	clear(c.Values)
}

// Reshape is Resize for readers who store an item in every row that will be looked at: it does not clear storage that is
// reused, so that the other rows hold anything. It reports whether the storage is new, and so zero items.
func (c *Column) Reshape(n int) (fresh bool) {
	c.n = n
	c.Nulls = c.Nulls[:0]
	switch c.storage() {
	case storeInts:
		c.Ints, fresh = reshape(c.Ints, n)
	case storeFloat32s:
		c.Float32s, fresh = reshape(c.Float32s, n)
	case storeFloat64s:
		c.Float64s, fresh = reshape(c.Float64s, n)
	case storeTexts:
		c.Texts, fresh = reshape(c.Texts, n)
	default:
		c.Values, fresh = reshape(c.Values, n)
	}
	return fresh
}

func reshape[T any](s []T, n int) (out []T, fresh bool) {
	if cap(s) < n {
		return make([]T, n), true
	}
	return s[:n], false
}

// Null reports whether row i is null.
func (c *Column) Null(i int) bool {
	return i>>6 < len(c.Nulls) && c.Nulls[i>>6]&(1<<(i&63)) != 0
}

// SetNull makes row i null. The row must exist.
func (c *Column) SetNull(i int) {
	for len(c.Nulls) <= i>>6 {
		c.Nulls = append(c.Nulls, 0)
	}
	c.Nulls[i>>6] |= 1 << (i & 63)
}

// HasNulls reports whether any row may be null; false is certain.
func (c *Column) HasNulls() bool {
	for _, w := range c.Nulls {
		if w != 0 {
			return true
		}
	}
	return false
}

// At returns row i.
func (c *Column) At(i int) Value {
	if c.Null(i) {
		return Value{}
	}
	switch c.storage() {
	case storeInts:
		return Value{kind: c.Type.Kind, bits: uint64(c.Ints[i])}
	case storeFloat32s:
		return OfFloat32(c.Float32s[i])
	case storeFloat64s:
		return OfFloat64(c.Float64s[i])
	case storeTexts:
		return Value{kind: c.Type.Kind, text: c.Texts[i]}
	}
	return c.Values[i]
}

// Set stores v, which is null or of the column's type, in row i. The row must exist and be newly made: a row that
// was null stays so.
func (c *Column) Set(i int, v Value) {
	if v.IsNull() {
		c.SetNull(i)
		return
	}
	switch c.storage() {
	case storeInts:
		c.Ints[i] = int64(v.bits)
	case storeFloat32s:
		c.Float32s[i] = math.Float32frombits(uint32(v.bits))
	case storeFloat64s:
		c.Float64s[i] = math.Float64frombits(v.bits)
	case storeTexts:
		c.Texts[i] = v.text
	default:
		c.Values[i] = v
	}
}

// Append adds v, which is null or of the column's type.
func (c *Column) Append(v Value) {
	switch c.storage() {
	case storeInts:
		c.Ints = append(c.Ints, 0)
	case storeFloat32s:
		c.Float32s = append(c.Float32s, 0)
	case storeFloat64s:
		c.Float64s = append(c.Float64s, 0)
	case storeTexts:
		c.Texts = append(c.Texts, "")
	default:
		c.Values = append(c.Values, Value{})
	}
	c.n++
	c.Set(c.n-1, v)
}

// Instant returns row i of a UnixTimestamp column, None for null.
func (c *Column) Instant(i int) eventtime.Instant {
	if c.Null(i) {
		return eventtime.None
	}
	return eventtime.Instant(c.Ints[i])
}

// A Batch is a list of named columns of equal length. Names are unique.
type Batch struct {
	Names   []string
	Columns []*Column
	Rows    int
}

// Column returns the column called name, or nil.
func (b *Batch) Column(name string) *Column {
	for i, n := range b.Names {
		if n == name {
			return b.Columns[i]
		}
	}
	return nil
}

// Add appends a column, whose length becomes that of the batch.
func (b *Batch) Add(name string, c *Column) {
	b.Names = append(b.Names, name)
	b.Columns = append(b.Columns, c)
	b.Rows = c.Len()
}

// Fields returns the names and types of the columns.
func (b *Batch) Fields() []Field {
	out := make([]Field, len(b.Names))
	for i, n := range b.Names {
		out[i] = Field{Name: n, Type: b.Columns[i].Type}
	}
	return out
}

// A Reader yields batches in order. Next returns io.EOF after the last; a batch stays valid until the next call.
type Reader interface {
	Next(ctx context.Context) (*Batch, error)
	Close() error
}
