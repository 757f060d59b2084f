package flatpage

import "encoding/binary"

// Indices are the positions in a dictionary that a page holds in place of values.
type Indices struct{ hybrid }

// IndicesOf reads the values of a page that is encoded with a dictionary: the width of an index, and the indices.
func IndicesOf(values []byte) (*Indices, error) {
	if len(values) == 0 || values[0] > 32 {
		return nil, ErrDamaged
	}
	return &Indices{newHybrid(values[1:], int(values[0]))}, nil
}

// At returns index k, counted from 0 over the values of the page that are not null. Calls must ask in ascending order;
// what lies between costs nothing within a run. Errors: ErrDamaged.
func (x *Indices) At(k int) (uint32, error) {
	for k >= x.end {
		if !x.next() {
			return 0, ErrDamaged
		}
	}
	if x.packed == nil {
		return x.same, nil
	}
	return x.unpack(k), nil
}

// Texts are the texts of a page, each behind its length in four bytes.
type Texts struct {
	rest []byte
	next int // which text rest begins with
}

// TextsOf reads the values of a page, or of a dictionary, whose texts stand as they are.
func TextsOf(values []byte) *Texts { return &Texts{rest: values} }

// At returns text k, counted as in Indices, which lies in the bytes of the page. Calls must ask in strictly ascending
// order. Errors: ErrDamaged.
func (x *Texts) At(k int) ([]byte, error) {
	for {
		if len(x.rest) < 4 {
			return nil, ErrDamaged
		}
		n := uint64(binary.LittleEndian.Uint32(x.rest))
		if n > uint64(len(x.rest)-4) {
			return nil, ErrDamaged
		}
		text := x.rest[4 : 4+n : 4+n]
		x.rest = x.rest[4+n:]
		if x.next++; x.next > k {
			return text, nil
		}
	}
}
