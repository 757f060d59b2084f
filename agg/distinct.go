package agg

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/value"
)

// canonical returns the value that stands for all that are equal to v: 0 for −0, one NaN for all, and a Decimal without
// idle zeros. Other values are equal only to themselves.
func canonical(v value.Value) value.Value {
	switch v.Kind() {
	case value.Float32, value.Float64:
		if v.Float() != 0 {
			return PlainNaN(v)
		}
		if v.Kind() == value.Float32 {
			return value.OfFloat32(0)
		}
		return value.OfFloat64(0)
	case value.Decimal:
		return value.OfText(value.Decimal, canonicalDecimal(v.Text()))
	}
	return v
}

func canonicalDecimal(text string) string {
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if whole == "" {
		whole = "0"
	}
	out := whole
	if fraction != "" {
		out += "." + fraction
	}
	if negative && out != "0" {
		return "-" + out
	}
	return out
}

// distinct is the State of count_distinct: the set of all values, as bytes of their canonical forms. It grows with their
// number.
type distinct struct {
	input value.Type
	seen  map[string]struct{}
}

func newDistinct(s Spec) State { return &distinct{input: s.Input, seen: map[string]struct{}{}} }

func (d *distinct) Add(v value.Value, _ Order) {
	d.seen[string(appendValue(nil, &d.input, canonical(v)))] = struct{}{}
}

func (d *distinct) Merge(other State) { maps.Copy(d.seen, other.(*distinct).seen) }

func (d *distinct) Final() (value.Value, error) { return value.OfInt64(int64(len(d.seen))), nil }

func (d *distinct) Append(dst []byte) []byte {
	dst = binary.AppendUvarint(append(dst, StateFormat, kindDistinct), uint64(len(d.seen)))
	for _, k := range slices.Sorted(maps.Keys(d.seen)) {
		dst = append(dst, k...)
	}
	return dst
}

func (d *distinct) parse(r *reader) {
	r.kind(kindDistinct)
	last := ""
	for n := r.count(math.MaxInt64); n > 0 && r.why == ""; n-- {
		v := r.value(&d.input)
		if r.why != "" {
			return
		}
		key := string(appendValue(nil, &d.input, canonical(v)))
		if !canonical(v).Identical(v) || len(d.seen) > 0 && key <= last {
			r.fail("values that are not in order")
		}
		d.seen[key], last = struct{}{}, key
	}
}
