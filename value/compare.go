package value

import (
	"cmp"
	"slices"
	"strings"
)

// Compare returns −1, 0 or 1 by the total order of ties, sets and keys (design/semantics.md 4.3): null is smallest
// and NaN greatest among numbers, −0 is less than 0, strings and bytes compare bytewise, false is less than true,
// decimals by number, and nested values part by part with the shorter first. Values of different kinds compare by
// kind. Compare is 0 exactly for values that are Identical.
func Compare(a, b Value) int {
	if a.kind != b.kind {
		return cmp.Compare(a.kind, b.kind)
	}
	switch a.kind {
	case Bool, Int32, Int64, UnixTimestamp, Date:
		return cmp.Compare(int64(a.bits), int64(b.bits))
	case Float32:
		return compareFloats(a.bits<<32, b.bits<<32, 0x7F800000<<32)
	case Float64:
		return compareFloats(a.bits, b.bits, 0x7FF<<52)
	case Decimal:
		if c := compareDecimals(a.text, b.text); c != 0 {
			return c
		}
		return strings.Compare(a.text, b.text)
	case String, Bytes, Uuid, Json:
		return strings.Compare(a.text, b.text)
	}
	return slices.CompareFunc(a.List(), b.List(), Compare)
}

// compareFloats compares IEEE 754 bits aligned to the top, inf being those of +Inf: −Inf … −0, 0 … +Inf, then NaNs
// by their bits.
func compareFloats(a, b, inf uint64) int {
	const sign = 1 << 63
	aNaN, bNaN := a&^sign > inf, b&^sign > inf
	switch {
	case aNaN && bNaN:
		return cmp.Compare(a, b)
	case aNaN:
		return 1
	case bNaN:
		return -1
	}
	rank := func(bits uint64) uint64 {
		if bits&sign != 0 {
			return ^bits
		}
		return bits | sign
	}
	return cmp.Compare(rank(a), rank(b))
}
