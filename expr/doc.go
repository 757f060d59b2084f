// Package expr evaluates the expressions of on-demand views and of where: filters (design/semantics.md 11). It parses
// CEL's syntax, checks types itself, and runs columnar kernels: one row online is a batch of one row, so that training
// and serving give the same bits.
//
//	p, err := expr.Compile("amount / coalesce(average, 1.0)", expr.Scope{Columns: fields}, value.Scalar(value.Float64))
//	column, faults, err := p.Eval(ctx, columns, nil, rows)
//
// A null operand makes a null, except in coalesce, is_null and if. A cell that cannot be computed, such as an integer
// sum that overflows, is null in the result and listed in Faults: it is an ERROR cell, never a failed request. An ERROR
// operand makes an ERROR, except in a branch that if does not take and behind the first value of coalesce.
//
// The one table of operators and functions is in table.go and the files that it names; docs/reference/expressions.md
// is generated from it. Nothing here does I/O, reads the clock, or draws random numbers.
package expr

// Limits of an expression. Compile refuses what is longer; a cell whose text would grow longer is an ERROR cell.
const (
	SourceSizeMax   = 16 << 10 // bytes of the text of an expression
	NodesMax        = 1000     // operators, functions, columns and literals of one expression
	DepthMax        = 200      // nesting
	PatternSizeMax  = 1000     // bytes of the pattern of matches
	PatternStepsMax = 5000     // instructions of the compiled pattern
	MatchStepsMax   = 16 << 20 // bytes of a text times instructions of the pattern that it is matched with
	TextSizeMax     = 64 << 10 // bytes of a text that an expression makes or matches
)
