package value

import "slices"

// MakeSet returns the Set(elem) of parts, which are nulls or of type elem: sorted by Compare and without duplicates.
// It neither keeps nor changes parts; −0 and 0, and NaNs of different bits, are different elements.
func MakeSet(_ Type, parts []Value) Value {
	sorted := slices.Clone(parts)
	slices.SortFunc(sorted, Compare)
	return OfList(Set, slices.CompactFunc(sorted, func(a, b Value) bool { return Compare(a, b) == 0 }))
}
