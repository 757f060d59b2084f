package expr

import (
	"context"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A Fault is one ERROR cell.
type Fault struct {
	Row    int    // from 0
	Reason string // lower case, without the row and its values
}

// Faults are the ERROR cells of a result, by row.
type Faults []Fault

// Eval returns the result of p for rows rows as a new column of p.Type. cols are the columns that Inputs names, in
// that order and of the types of the scope; asOf has one moment a row where UsesAsOf, and is not looked at otherwise.
// A cell that cannot be computed is null in the result and listed in the Faults. Rows do not see each other: any split
// of rows into calls gives the same bits. Neither cols nor asOf is kept or changed, but the result may share texts and
// nested values with cols.
//
// It allocates the result and, for a program's first calls, its registers: about 8 KiB an operation. Cost is one pass
// an operation. A canceled ctx ends it within some milliseconds, with ctx's error.
//
// Errors: InvalidArgument for columns that are not those of the scope, and ctx's.
func (p *Program) Eval(ctx context.Context, cols []*value.Column, asOf []eventtime.Instant, rows int) (*value.Column, Faults, error) {
	if err := p.check(cols, asOf, rows); err != nil {
		return nil, nil, err
	}
	out := &value.Column{Type: p.result}
	out.Resize(rows)
	var faults Faults
	m := p.machine(rows)
	defer p.release(m)
	for lo := 0; lo < rows; lo += m.rows {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		n := min(m.rows, rows-lo)
		p.load(m, cols, asOf, lo, n)
		if err := m.run(ctx, n, p.heavy); err != nil {
			return nil, nil, err
		}
		faults = m.registers[p.out].store(out, lo, n, faults)
	}
	return out, faults, nil
}

func (p *Program) check(cols []*value.Column, asOf []eventtime.Instant, rows int) error {
	if len(cols) != len(p.inputs) {
		return mismatch("the expression %s takes %d columns, got %d", p.text, len(p.inputs), len(cols))
	}
	for i, f := range p.inputs {
		if c := cols[i]; c.Type.Kind != f.Type.Kind || f.Type.Nested() && !c.Type.Equal(f.Type) || c.Len() != rows {
			return mismatch("column %s: want %d rows of %s, got %d of %s", f.Name, rows, f.Type, c.Len(), c.Type)
		}
	}
	if p.asOf && len(asOf) != rows {
		return mismatch("as_of: want %d moments, got %d", rows, len(asOf))
	}
	return nil
}

// store copies the first n rows of r into rows lo and on of out, which are zero; null rows stay so.
func (r *register) store(out *value.Column, lo, n int, faults Faults) Faults {
	switch out.Type.Kind {
	case value.Bool, value.Int32, value.Int64, value.UnixTimestamp, value.Date:
		copyRows(out.Ints[lo:lo+n], r.ints, r)
	case value.Float32:
		for i, f := range r.floats[:n] {
			out.Float32s[lo+i] = float32(f)
		}
		zeroNulls(out.Float32s[lo:lo+n], r)
	case value.Float64:
		copyRows(out.Float64s[lo:lo+n], r.floats, r)
	case value.Array, value.Set, value.Map, value.Struct, value.Vector:
		copyRows(out.Values[lo:lo+n], r.values, r)
	default:
		copyRows(out.Texts[lo:lo+n], r.texts, r)
	}
	for w, bits := range r.nulls[:words(n)] {
		if rest := n - 64*w; rest < 64 {
			bits &= 1<<rest - 1 // the literal null fills whole words
		}
		if bits == 0 {
			continue
		}
		if len(out.Nulls) == 0 {
			out.Nulls = make([]uint64, words(out.Len()))
		}
		out.Nulls[lo>>6+w] = bits
	}
	if r.faulty {
		for i, why := range r.why[:n] {
			if why != fine {
				faults = append(faults, Fault{Row: lo + i, Reason: reasons[why]})
			}
		}
	}
	return faults
}

func copyRows[T any](to, from []T, r *register) {
	copy(to, from)
	zeroNulls(to, r)
}

// zeroNulls makes the items of null rows zero, as columns have them.
func zeroNulls[T any](items []T, r *register) {
	var zero T
	for w := range words(len(items)) {
		if r.nulls[w] == 0 {
			continue
		}
		for i := 64 * w; i < min(64*w+64, len(items)); i++ {
			if r.null(i) {
				items[i] = zero
			}
		}
	}
}
