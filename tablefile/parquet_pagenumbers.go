package tablefile

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"github.com/truepoint/truepoint/tablefile/flatpage"
)

// pageValues stores the values of a column chunk of one storage type, page by page.
type pageValues interface {
	// dictionary takes the n values of the dictionary, which comes before the pages that refer to it. It may keep the bytes.
	dictionary(values []byte, n int) error
	// all stores the values of a page without nulls in the rows from at on.
	all(p dataPage, at int) error
	// chosen stores some values of a page, in ascending order.
	chosen(p dataPage, choices []choice) error
	// blank stores the zero item in a row that is null.
	blank(row int)
}

// pageValues returns the storage for the column's type, nil for one that the library reads.
func (d *decoder) pageValues() pageValues {
	switch d.shape.flat {
	case flatInt32:
		return &numbers[int32, int64]{d: d, out: d.dst.Ints}
	case flatInt64:
		return &numbers[int64, int64]{d: d, out: d.dst.Ints}
	case flatMillis, flatMicros, flatNanos:
		return &numbers[int64, int64]{d: d, out: d.dst.Ints, times: d.timesOf()}
	case flatFloat32:
		return &numbers[float32, float32]{d: d, out: d.dst.Float32s}
	case flatFloat64:
		return &numbers[float64, float64]{d: d, out: d.dst.Float64s}
	case flatText, flatBytes:
		return &texts{d: d, strs: newArena()}
	}
	return nil
}

type number interface {
	int32 | int64 | float32 | float64
}

// A numbers stores numbers, which a page holds as S and a column as T.
type numbers[S, T number] struct {
	d     *decoder
	out   []T
	times func([]T) (int, error) // turns numbers into instants in place; nil: they stay
	dict  []S
}

// plain returns the numbers that b holds, which it does not copy: they stand as they are, least byte first.
func plain[S number](b []byte) []S {
	var s S
	n := len(b) / int(unsafe.Sizeof(s))
	if n == 0 {
		return nil
	}
	if littleEndian {
		return unsafe.Slice((*S)(unsafe.Pointer(&b[0])), n)
	}
	out := make([]S, n)
	if _, err := binary.Decode(b, binary.LittleEndian, out); err != nil {
		panic(err) // there are enough bytes
	}
	return out
}

// littleEndian says that the machine has the least byte first, too.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

func (n *numbers[S, T]) dictionary(values []byte, size int) error {
	dict := plain[S](values)
	if size > len(dict) {
		return n.d.damaged(flatpage.ErrDamaged)
	}
	n.dict = dict[:size]
	return nil
}

func (n *numbers[S, T]) all(p dataPage, at int) error {
	n.d.out = at + p.rows
	out := n.out[at:n.d.out]
	if !p.indexed {
		values := plain[S](p.values)
		if len(values) < len(out) {
			return n.d.damaged(flatpage.ErrDamaged)
		}
		if same, ok := any(values).([]T); ok {
			copy(out, same)
			return n.convert(out, at)
		}
		for i, x := range values[:len(out)] {
			out[i] = T(x)
		}
		return n.convert(out, at)
	}
	indices, err := flatpage.IndicesOf(p.values)
	if err != nil {
		return n.d.damaged(err)
	}
	for k := range out {
		i, err := indices.At(k)
		if err != nil || int(i) >= len(n.dict) {
			return n.d.badIndex(i, err)
		}
		out[k] = T(n.dict[i])
	}
	return n.convert(out, at)
}

func (n *numbers[S, T]) chosen(p dataPage, choices []choice) error {
	if len(choices) == 0 {
		return nil
	}
	if !p.indexed {
		values := plain[S](p.values)
		if int(choices[len(choices)-1].value) >= len(values) {
			return n.d.damaged(flatpage.ErrDamaged)
		}
		for _, c := range choices {
			n.out[c.out] = T(values[c.value])
		}
		return n.convertChosen(choices)
	}
	indices, err := flatpage.IndicesOf(p.values)
	if err != nil {
		return n.d.damaged(err)
	}
	for _, c := range choices {
		i, err := indices.At(int(c.value))
		if err != nil || int(i) >= len(n.dict) {
			return n.d.badIndex(i, err)
		}
		n.out[c.out] = T(n.dict[i])
	}
	return n.convertChosen(choices)
}

func (n *numbers[S, T]) blank(row int) { n.out[row] = 0 }

func (n *numbers[S, T]) convert(out []T, at int) error {
	if n.times == nil {
		return nil
	}
	if bad, err := n.times(out); err != nil {
		return n.d.fault(at+bad, err)
	}
	return nil
}

func (n *numbers[S, T]) convertChosen(choices []choice) error {
	if n.times == nil {
		return nil
	}
	for _, c := range choices {
		if _, err := n.times(n.out[c.out : c.out+1]); err != nil {
			return n.d.fault(int(c.row), err)
		}
	}
	return nil
}

func (d *decoder) badIndex(i uint32, err error) error {
	if err == nil {
		err = fmt.Errorf("its dictionary has no entry %d", i)
	}
	return d.damaged(err)
}
