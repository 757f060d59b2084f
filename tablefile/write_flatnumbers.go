package tablefile

import (
	"encoding/binary"
	"math"
	"slices"
	"unsafe"

	"github.com/apache/arrow-go/v18/parquet"

	"github.com/truepoint/truepoint/value"
)

// A numberItems are numbers, which a column holds as T and a page as S.
type numberItems[S, T number] struct {
	of        func(*value.Column) []T
	none      [2]S // low and high of no numbers: greater and less than any
	low, high S
	values    []byte // of the present page
	few       []S    // on their way to it
}

func newNumberItems[S, T number](of func(*value.Column) []T, low, high S) *numberItems[S, T] {
	return &numberItems[S, T]{of: of, none: [2]S{low, high}, low: low, high: high}
}

func (n *numberItems[S, T]) take(c *value.Column, lo, hi int) (next int, full bool, err error) {
	n.values = grown(n.values, hi-lo, int(unsafe.Sizeof(n.low)))
	next = min(hi, lo+step)
	items := n.of(c)
	low, high := n.low, n.high
	few := slices.Grow(n.few[:0], next-lo)
	for from, to := range presentRuns(c, lo, next) {
		for _, item := range items[from:to] {
			s := S(item)
			if s < low { // never for NaN, nor is it greater
				low = s
			}
			if s > high {
				high = s
			}
			few = append(few, s)
		}
	}
	n.low, n.high, n.few = low, high, few
	n.values = appendPlain(n.values, few)
	return next, len(n.values) >= pageBytes, nil
}

func (n *numberItems[S, T]) page(dst []byte) ([]byte, parquet.Encoding) {
	dst = append(dst, n.values...)
	n.values = n.values[:0]
	return dst, parquet.Encodings.Plain
}

func (n *numberItems[S, T]) finish() (out chunkItems) {
	if n.low <= n.high {
		out.low, out.high = appendPlain(nil, []S{lowZero(n.low)}), appendPlain(nil, []S{highZero(n.high)})
	}
	n.low, n.high = n.none[0], n.none[1]
	return out
}

// lowZero returns −0 for a zero and what is not zero as it is: as bounds of floats a zero stands for both zeros, because
// they compare as equal, so that the format asks for the outer one.
func lowZero[S number](x S) S {
	switch p := any(&x).(type) {
	case *float32:
		if *p == 0 {
			*p = float32(math.Copysign(0, -1))
		}
	case *float64:
		if *p == 0 {
			*p = math.Copysign(0, -1)
		}
	}
	return x
}

// highZero returns +0 for a zero.
func highZero[S number](x S) S {
	if x == 0 {
		return 0
	}
	return x
}

// appendPlain appends numbers as they stand in a page: the reverse of plain.
func appendPlain[S number](dst []byte, numbers []S) []byte {
	if len(numbers) == 0 {
		return dst
	}
	if littleEndian {
		return append(dst, unsafe.Slice((*byte)(unsafe.Pointer(&numbers[0])), len(numbers)*int(unsafe.Sizeof(numbers[0])))...)
	}
	out, err := binary.Append(dst, binary.LittleEndian, numbers)
	if err != nil {
		panic(err) // numbers have a fixed size
	}
	return out
}

// A boolItems are booleans, of which a page holds eight a byte.
type boolItems struct {
	low, high byte   // 1 and 0 for none
	values    []byte // of the present page
	count     int    // of the present page
}

func newBoolItems() *boolItems { return &boolItems{low: 1, high: 0} }

func (b *boolItems) take(c *value.Column, lo, hi int) (next int, full bool, err error) {
	for from, to := range presentRuns(c, lo, hi) {
		for _, item := range c.Ints[from:to] {
			bit := byte(item & 1)
			if b.count&7 == 0 {
				b.values = append(b.values, 0)
			}
			b.values[b.count>>3] |= bit << (b.count & 7)
			b.count++
			b.low, b.high = min(b.low, bit), max(b.high, bit)
		}
	}
	return hi, false, nil // those of a row group fit into one page
}

func (b *boolItems) page(dst []byte) ([]byte, parquet.Encoding) {
	dst = append(dst, b.values...)
	b.values, b.count = b.values[:0], 0
	return dst, parquet.Encodings.Plain
}

func (b *boolItems) finish() (out chunkItems) {
	if b.low <= b.high {
		out.low, out.high = []byte{b.low}, []byte{b.high}
	}
	b.low, b.high = 1, 0
	return out
}
