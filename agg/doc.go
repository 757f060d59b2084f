// Package agg owns the functions of windows: what count, sum, mean, the extremes, the moments, the first and last
// values and the distinct ones of a set of rows are (design/semantics.md 5.4). Which rows those are is decided elsewhere:
// eventtime.Window has the bounds, pit the visibility, and filters have been applied.
//
// A Spec names a function and its input. Its State takes rows one by one, merges with other states and gives the value:
//
//	s, err := agg.Spec{Function: agg.Sum, Input: value.Scalar(value.Float64)}.New()
//	s.Add(value.OfFloat64(0.1), agg.Order{Event: at})
//	v, err := s.Final()
//
// Every function is exact and rounds once, at the end. So a value depends on the set of rows alone: not on their order,
// nor on how they were parted into states, nor on the engine. States merge associatively and commutatively, and the
// empty state is the identity. A State does not know which rows it has seen: repeated deliveries of one event are the
// caller's to drop.
//
// One table, in function.go, holds all functions. Prefix and Extremes are the same meaning laid out for sweeps over rows
// that are sorted by time; properties hold them to the states.
package agg
