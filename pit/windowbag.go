package pit

import (
	"encoding/binary"
	"math"

	"github.com/truepoint/truepoint/value"
)

// A bag is the rows of one part that may count for the keys of one share, in the order of the part.
type bag struct {
	part     int
	slot     []uint32 // the first of the row's key
	event    packed
	from     packed          // the limit from which on the row counts; empty if that is its event time
	created  packed          // None for none; empty unless rows are ordered
	position packed          // empty unless rows are ordered
	ranks    []*value.Column // nil unless rows are ordered
	cols     []*value.Column // the stored columns
	selected [][]uint64      // per filter a bit for each row
}

// columns returns the columns of b, those of ranks first.
func (b *bag) columns() []*value.Column {
	return append(b.ranks[:len(b.ranks):len(b.ranks)], b.cols...)
}

// bytes returns about how much memory b takes.
func (b *bag) bytes() int64 {
	n := 4*len(b.slot) + b.event.bytes() + b.from.bytes() + b.created.bytes() + b.position.bytes()
	for _, c := range b.columns() {
		n += 8*len(c.Ints) + 8*len(c.Float64s) + 4*len(c.Float32s) + 16*len(c.Texts)
		for _, t := range c.Texts {
			n += len(t)
		}
	}
	return int64(n)
}

// append appends bytes of which readBag makes b again. They are read by the same evaluation only, so that they need no
// version, and checked before, so that they are whole.
func (b *bag) append(dst []byte) []byte {
	dst = binary.AppendUvarint(binary.AppendUvarint(dst, uint64(b.part)), uint64(len(b.slot)))
	for _, s := range b.slot {
		dst = binary.LittleEndian.AppendUint32(dst, s)
	}
	for _, list := range []packed{b.event, b.from, b.created, b.position} {
		dst = list.append(dst)
	}
	for _, n := range []int{len(b.ranks), len(b.cols), len(b.selected)} {
		dst = binary.AppendUvarint(dst, uint64(n))
	}
	for _, c := range b.columns() {
		dst = append(dst, byte(c.Type.Kind))
		dst = appendWords(appendWords(dst, c.Nulls), c.Ints)
		for _, x := range c.Float64s {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(x))
		}
		for _, x := range c.Float32s {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(x))
		}
		for _, t := range c.Texts {
			dst = append(binary.AppendUvarint(dst, uint64(len(t))), t...)
		}
	}
	for _, bits := range b.selected {
		dst = appendWords(dst, bits)
	}
	return dst
}

// appendWords appends the number of words, then the words.
func appendWords[T int64 | uint64](dst []byte, words []T) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(words)))
	for _, w := range words {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(w))
	}
	return dst
}

// readBag reads what append wrote. The bag shares no memory with it.
func readBag(record []byte) *bag {
	r := &bagReader{record}
	b := &bag{part: int(r.number()), slot: make([]uint32, r.number())}
	for i := range b.slot {
		b.slot[i] = binary.LittleEndian.Uint32(r.take(4))
	}
	b.event, b.from, b.created, b.position = r.packed(), r.packed(), r.packed(), r.packed()
	ranks, cols, filters := r.number(), r.number(), r.number()
	for range ranks {
		b.ranks = append(b.ranks, r.column(len(b.slot)))
	}
	for range cols {
		b.cols = append(b.cols, r.column(len(b.slot)))
	}
	for range filters {
		b.selected = append(b.selected, readWords[uint64](r))
	}
	return b
}

// A bagReader consumes a record.
type bagReader struct{ rest []byte }

func (r *bagReader) take(n int) []byte {
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *bagReader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	r.rest = r.rest[size:]
	return n
}

// readWords reads what appendWords wrote, nil for no words.
func readWords[T int64 | uint64](r *bagReader) []T {
	n := r.number()
	if n == 0 {
		return nil
	}
	out := make([]T, n)
	for i := range out {
		out[i] = T(binary.LittleEndian.Uint64(r.take(8)))
	}
	return out
}

func (r *bagReader) column(rows int) *value.Column {
	c := value.NewColumn(value.Scalar(value.Kind(r.take(1)[0])), 0)
	c.Resize(rows)
	c.Nulls = readWords[uint64](r)
	if ints := readWords[int64](r); ints != nil {
		c.Ints = ints
	}
	for i := range c.Float64s {
		c.Float64s[i] = math.Float64frombits(binary.LittleEndian.Uint64(r.take(8)))
	}
	for i := range c.Float32s {
		c.Float32s[i] = math.Float32frombits(binary.LittleEndian.Uint32(r.take(4)))
	}
	for i := range c.Texts {
		c.Texts[i] = string(r.take(int(r.number())))
	}
	return c
}
