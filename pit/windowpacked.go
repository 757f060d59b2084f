package pit

import (
	"encoding/binary"
	"math"
	"slices"
)

// packed are numbers of the rows of a bag: times and positions. Where they rise by less than 2³² from row to row, which is
// 71 minutes of a time, they take four bytes each.
type packed struct {
	first int64
	steps []uint32 // to each number from the one before; the first is 0
	all   []int64  // in place of them
}

// pack packs numbers, which are not kept.
func pack(xs []int64) packed {
	if len(xs) == 0 {
		return packed{}
	}
	p := packed{first: xs[0], steps: make([]uint32, len(xs))}
	last := xs[0]
	for i, x := range xs {
		step := uint64(x) - uint64(last) // of numbers that fall: 2⁶³ or more
		if step > math.MaxUint32 {
			return packed{all: slices.Clone(xs)}
		}
		p.steps[i], last = uint32(step), x
	}
	return p
}

// place puts number j at at[j] of dst.
func (p packed) place(dst []int64, at []uint32) {
	if p.all != nil {
		place(dst, p.all, at)
		return
	}
	x, steps := p.first, p.steps[:len(at)]
	for j, i := range at {
		x += int64(steps[j])
		dst[i] = x
	}
}

func (p packed) bytes() int { return 4*len(p.steps) + 8*len(p.all) }

// append appends bytes of which bagReader.packed makes p again.
func (p packed) append(dst []byte) []byte {
	dst = appendWords(dst, p.all)
	dst = binary.AppendUvarint(dst, uint64(len(p.steps)))
	dst = binary.LittleEndian.AppendUint64(dst, uint64(p.first))
	for _, s := range p.steps {
		dst = binary.LittleEndian.AppendUint32(dst, s)
	}
	return dst
}

func (r *bagReader) packed() packed {
	p := packed{all: readWords[int64](r), steps: make([]uint32, r.number())}
	p.first = int64(binary.LittleEndian.Uint64(r.take(8)))
	for i := range p.steps {
		p.steps[i] = binary.LittleEndian.Uint32(r.take(4))
	}
	return p
}
