package expr

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A Filter selects the rows for which an expression is true. It is immutable and safe for concurrent use.
type Filter struct{ program *Program }

// Filter returns p as a filter. Errors: InvalidArgument if p is not Bool, or uses as_of, which a filter of events has not.
func (p *Program) Filter() (*Filter, error) {
	if p.result.Kind != value.Bool {
		return nil, errs.New(errs.InvalidArgument, "a filter must be Bool, %s is %s", p.text, p.result).WithID("T1111")
	}
	if p.asOf {
		return nil, errs.New(errs.InvalidArgument, "a filter cannot use as_of").WithID("T1111")
	}
	return &Filter{program: p}, nil
}

// Columns returns the columns that Select takes, by name.
func (f *Filter) Columns() []value.Field { return append([]value.Field(nil), f.program.inputs...) }

// String returns the canonical text.
func (f *Filter) String() string { return f.program.text }

// Select writes to keep, which has at least ⌈rows/64⌉ words, a set bit for each row that is true and a clear one for
// each that is false, null or ERROR; idle bits of the last word are clear. cols are as Columns says. Errors: those of Eval.
func (f *Filter) Select(ctx context.Context, cols []*value.Column, rows int, keep []uint64) error {
	p := f.program
	if len(keep) < words(rows) {
		return mismatch("keep has %d words for %d rows", len(keep), rows)
	}
	if err := p.check(cols, nil, rows); err != nil {
		return err
	}
	m := p.machine(rows)
	defer p.release(m)
	for lo := 0; lo < rows; lo += m.rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(m.rows, rows-lo)
		p.load(m, cols, nil, lo, n)
		if err := m.run(ctx, n, p.heavy); err != nil {
			return err
		}
		m.registers[p.out].truths(keep[lo>>6:], n)
	}
	return nil
}

// truths writes a bit for each of the first n rows that is true.
func (r *register) truths(keep []uint64, n int) {
	for w := range words(n) {
		var bits uint64
		for i := 64 * w; i < min(64*w+64, n); i++ {
			bits |= uint64(r.ints[i]) << (i & 63)
		}
		keep[w] = bits &^ r.nulls[w]
	}
}
