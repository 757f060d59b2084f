// Package derive computes the features of on-demand views (design/semantics.md 11). Training sets and online reads both
// call it, with the cells of views after defaults and the columns of the request, so that a value is the same bits in
// both. It does no I/O and reads no clock.
//
//	plan, err := derive.Compile(selection)
//	cells, err := plan.Eval(ctx, inputs, asOf) // inputs[i] are the cells that plan.Inputs()[i] names
package derive
