package pit

import (
	"context"
	"math/bits"
	"strings"
	"sync/atomic"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A picking reads the rows of one part that targets pick.
type picking struct {
	part   Part
	rows   int      // that read delivers: the picked ones of a PickingPart, all of others
	picked []uint64 // for a PickingPart: a bit per row; nil for others
	before []uint32 // per word of picked: the picked rows before it
	texts  func(dst, src []string, picks []pick)
}

// newPicking returns nil if no list picks a row of p.
func newPicking(p Part, lists [][]pick) *picking {
	n := 0
	for _, l := range lists {
		n += len(l)
	}
	if n == 0 {
		return nil
	}
	if _, ok := p.(PickingPart); !ok {
		return &picking{part: p, rows: p.Rows(), texts: copyTexts}
	}
	r := &picking{part: p, picked: make([]uint64, (p.Rows()+63)/64), texts: copyItems[string]}
	for _, l := range lists {
		for _, k := range l {
			r.picked[k.in>>6] |= 1 << (k.in & 63)
		}
	}
	r.before = make([]uint32, len(r.picked))
	for i, w := range r.picked {
		r.before[i] = uint32(r.rows)
		r.rows += bits.OnesCount64(w)
	}
	return r
}

// delivered returns picks with the rows of what read delivers in place of those of the part.
func (r *picking) delivered(picks []pick) []pick {
	if r.picked == nil {
		return picks
	}
	out := make([]pick, len(picks))
	for i, k := range picks {
		earlier := r.picked[k.in>>6] & (1<<(k.in&63) - 1)
		out[i] = pick{r.before[k.in>>6] + uint32(bits.OnesCount64(earlier)), k.out}
	}
	return out
}

// read reads distinct columns of the picked rows.
func (r *picking) read(ctx context.Context, names []string, dst []*value.Column) error {
	if r.picked == nil {
		return readColumns(ctx, r.part, names, dst)
	}
	if err := r.part.(PickingPart).ReadPicked(ctx, names, r.picked, dst); err != nil {
		return err
	}
	return checkLengths(r.rows, names, dst)
}

// copy copies delivered rows of src to dst, where null bits of those rows must be clear and present. Calls for distinct rows
// of one dst may run at once. The texts of dst never keep the whole of a part alive.
func (r *picking) copy(dst, src *value.Column, picks []pick) error {
	if !dst.Type.Equal(src.Type) {
		return errs.New(errs.InvalidArgument, "has type %s, expected %s", src.Type, dst.Type).WithID("T0311")
	}
	switch src.Type.Kind {
	case value.Bool, value.Int32, value.Int64, value.UnixTimestamp, value.Date:
		copyItems(dst.Ints, src.Ints, picks)
	case value.Float32:
		copyItems(dst.Float32s, src.Float32s, picks)
	case value.Float64:
		copyItems(dst.Float64s, src.Float64s, picks)
	case value.String, value.Bytes, value.Uuid, value.Decimal, value.Json:
		r.texts(dst.Texts, src.Texts, picks)
	default:
		copyItems(dst.Values, src.Values, picks)
	}
	if src.HasNulls() {
		for _, p := range picks {
			if src.Null(int(p.in)) {
				atomic.OrUint64(&dst.Nulls[p.out>>6], 1<<(p.out&63))
			}
		}
	}
	return nil
}

func copyItems[T any](dst, src []T, picks []pick) {
	for _, p := range picks {
		dst[p.out] = src[p.in]
	}
}

func copyTexts(dst, src []string, picks []pick) {
	size := 0
	for _, p := range picks {
		size += len(src[p.in])
	}
	var all strings.Builder
	all.Grow(size)
	for _, p := range picks {
		all.WriteString(src[p.in])
	}
	text := all.String()
	for _, p := range picks {
		n := len(src[p.in])
		dst[p.out], text = text[:n], text[n:]
	}
}
