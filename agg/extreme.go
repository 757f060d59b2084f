package agg

import (
	"math"

	"github.com/truepoint/truepoint/value"
)

// An extreme is the State of min and max: the value of all that is least or greatest as value.Compare orders them, so −0
// is less than 0. NaN gives way to every number; alone it is the NaN of math.NaN.
type extreme struct {
	input    value.Type
	greatest bool
	best     value.Value // null of nothing
}

func newLeast(s Spec) State    { return &extreme{input: s.Input} }
func newGreatest(s Spec) State { return &extreme{input: s.Input, greatest: true} }

// isNaN reports whether v is a float and not a number.
func isNaN(v value.Value) bool {
	return (v.Kind() == value.Float64 || v.Kind() == value.Float32) && math.IsNaN(v.Float())
}

// PlainNaN returns v, with one NaN, that of math.NaN, in place of all: what is computed has its bits (docs/adr/0014-windows.md).
func PlainNaN(v value.Value) value.Value {
	switch {
	case !isNaN(v):
		return v
	case v.Kind() == value.Float32:
		return value.OfFloat32(float32(math.NaN()))
	}
	return value.OfFloat64(math.NaN())
}

func (e *extreme) Add(v value.Value, _ Order) {
	v = PlainNaN(v)
	if e.best.IsNull() || isNaN(e.best) || !isNaN(v) && (value.Compare(v, e.best) > 0) == e.greatest {
		e.best = v
	}
}

func (e *extreme) Merge(other State) {
	if o := other.(*extreme); !o.best.IsNull() {
		e.Add(o.best, Order{})
	}
}

func (e *extreme) Final() (value.Value, error) { return e.best, nil }

func (e *extreme) Append(dst []byte) []byte {
	dst = append(dst, StateFormat, kindExtreme)
	if e.best.IsNull() {
		return append(dst, 0)
	}
	return appendValue(append(dst, 1), &e.input, e.best)
}

func (e *extreme) parse(r *reader) {
	r.kind(kindExtreme)
	if r.count(1) == 0 {
		return
	}
	e.best = r.value(&e.input)
	if !PlainNaN(e.best).Identical(e.best) {
		r.fail("a NaN that is not written")
	}
}
