package agg

import (
	"encoding/binary"
	"math"
	"math/big"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// Totals is what count, sum, mean and the moments are made of: the number of inputs and the exact sums of the inputs and
// of their squares. NaN and the infinities are counted apart, so that taking them away again brings the rest back.
type Totals struct {
	n int64 // all inputs, these included:
	special
	sum, squares fixed
	integers     bool
}

// A special counts the numbers that are not finite: NaN, +Inf and −Inf.
type special struct{ nan, plus, minus int64 }

// take counts x for by, and reports whether it is not finite.
func (s *special) take(x float64, by int64) bool {
	switch {
	case x != x:
		s.nan += by
	case x > math.MaxFloat64:
		s.plus += by
	case x < -math.MaxFloat64:
		s.minus += by
	default:
		return false
	}
	return true
}

// sum returns what they make of a sum, as IEEE 754 adds: NaN if there is one or both infinities, else the infinity; is
// is false if there are none. The bits of the NaN are those of math.NaN.
func (s *special) sum() (x float64, is bool) {
	switch {
	case s.nan > 0 || s.plus > 0 && s.minus > 0:
		return math.NaN(), true
	case s.plus > 0:
		return math.Inf(1), true
	case s.minus > 0:
		return math.Inf(-1), true
	}
	return 0, false
}

// A Formula makes a value of Totals. Errors: OutOfRange where a sum of integers does not fit into an Int64.
type Formula func(*Totals) (value.Value, error)

// Formula returns how the function's value is made of Totals. ok is false if s is not valid or its function is none of
// count, sum, mean and the moments. squares says whether the formula asks for the sum of squares.
func (s Spec) Formula() (f Formula, squares, ok bool) {
	e, err := s.entry()
	if err != nil || e.formula == nil {
		return nil, false, false
	}
	return e.formula, e.squares, true
}

func (t *Totals) count() (value.Value, error) { return value.OfInt64(t.n), nil }

// total returns Σx: null of nothing, an Int64 for integers, else the float64 nearest to the exact sum. A sum that is zero
// is +0, also of negative zeros alone: what was removed must not show.
func (t *Totals) total() (value.Value, error) {
	switch {
	case t.n == 0:
		return value.Value{}, nil
	case t.integers:
		n, ok := t.sum.int64()
		if !ok {
			return value.Value{}, errs.New(errs.OutOfRange, "the sum of %d integers does not fit into an Int64", t.n).WithID("T0703").
				WithHint("sum a Float64, or a shorter window")
		}
		return value.OfInt64(n), nil
	}
	if x, is := t.special.sum(); is {
		return value.OfFloat64(x), nil
	}
	return value.OfFloat64(t.sum.over(1)), nil
}

// mean returns the float64 nearest to Σx/n, null of nothing. It is finite for finite inputs.
func (t *Totals) mean() (value.Value, error) {
	if t.n == 0 {
		return value.Value{}, nil
	}
	if x, is := t.special.sum(); is {
		return value.OfFloat64(x), nil
	}
	return value.OfFloat64(t.sum.over(uint64(t.n))), nil
}

func (t *Totals) varPop() (value.Value, error)     { return t.moment(0, ratio) }
func (t *Totals) varSamp() (value.Value, error)    { return t.moment(1, ratio) }
func (t *Totals) stddevPop() (value.Value, error)  { return t.moment(0, root) }
func (t *Totals) stddevSamp() (value.Value, error) { return t.moment(1, root) }

// moment returns the float64 nearest to (n·Σx² − (Σx)²) / (n·(n−less)), or to its square root: with less 0 the variance
// of a population, with 1 that estimated from a sample. It is null where n ≤ less, and NaN where an input is NaN or
// infinite.
//
// The formula is that of the textbook, Var(X) = E[X²] − E[X]². In floating-point arithmetic it cancels
// (T. Chan, G. Golub, R. LeVeque, Algorithms for Computing the Sample Variance, 1983, equation 1.2); in exact integers
// nothing is lost, and the quotient and the root round once.
func (t *Totals) moment(less int64, round func(num, den *big.Int, scale int) float64) (value.Value, error) {
	if t.n <= less {
		return value.Value{}, nil
	}
	if _, is := t.special.sum(); is {
		return value.OfFloat64(math.NaN()), nil
	}
	num, scale := t.spread(t.n)
	den := new(big.Int).Mul(big.NewInt(t.n), big.NewInt(t.n-less))
	return value.OfFloat64(round(num, den, scale)), nil
}

// spread returns n·Σx² − (Σx)² in units of 2^scale. For the n numbers of which the sums are made it is not negative
// (Cauchy and Schwarz).
func (t *Totals) spread(n int64) (num *big.Int, scale int) {
	scale = min(t.squares.scale, 2*t.sum.scale)
	num = t.squares.big()
	num.Lsh(num.Mul(num, big.NewInt(n)), uint(t.squares.scale-scale))
	square := t.sum.big()
	square.Lsh(square.Mul(square, square), uint(2*t.sum.scale-scale))
	return num.Sub(num, square), scale
}

// totals is the State of a Formula.
type totals struct {
	Totals
	sums    accumulator
	powers  accumulator // of squares, where the formula asks for them
	formula *entry
}

func newTotals(e *entry, in value.Type) State {
	return &totals{formula: e, Totals: Totals{integers: sumType(in).Kind == value.Int64}}
}

// Add, Merge, Final and Append are those of State, Remove that of Remover.
func (t *totals) Add(v value.Value, _ Order) { t.take(v, 1) }

// Remove undoes an Add.
func (t *totals) Remove(v value.Value, _ Order) { t.take(v, -1) }

// take adds v once, or takes it away for by −1.
func (t *totals) take(v value.Value, by int64) {
	t.n += by
	if t.formula.name == Count {
		return
	}
	if t.integers {
		t.term(intTerm(v.Int()), by)
		return
	}
	if x := v.Float(); !t.special.take(x, by) {
		t.term(floatTerm(x), by)
	}
}

func (t *totals) term(x term, by int64) {
	if t.formula.squares {
		square := x.squared()
		square.negative = by < 0
		t.powers.add(square)
	}
	x.negative = x.negative != (by < 0)
	t.sums.add(x)
}

func (t *totals) Merge(other State) {
	o := other.(*totals)
	t.n, t.nan, t.plus, t.minus = t.n+o.n, t.nan+o.nan, t.plus+o.plus, t.minus+o.minus
	t.sums.merge(&o.sums)
	t.powers.merge(&o.powers)
}

func (t *totals) Final() (value.Value, error) {
	t.sum, t.squares = t.sums.fixed(), t.powers.fixed()
	return t.formula.formula(&t.Totals)
}

// kindTotals and the other kinds are the second byte of a State.
const (
	kindTotals   = 1
	kindExtreme  = 2
	kindSeries   = 3
	kindDistinct = 4
)

func (t *totals) Append(dst []byte) []byte {
	dst = append(dst, StateFormat, kindTotals)
	for _, n := range []int64{t.n, t.nan, t.plus, t.minus} {
		dst = binary.AppendUvarint(dst, uint64(n))
	}
	return t.powers.append(t.sums.append(dst))
}

func (t *totals) parse(r *reader) {
	r.kind(kindTotals)
	for _, n := range []*int64{&t.n, &t.nan, &t.plus, &t.minus} {
		*n = r.count(math.MaxInt64)
	}
	t.sums.parse(r)
	t.powers.parse(r)
	if r.why == "" && !t.possible() {
		r.fail("sums that no numbers have")
	}
}

// possible reports whether the parts fit each other and the formula.
func (t *totals) possible() bool {
	finite := t.n
	for _, n := range []int64{t.nan, t.plus, t.minus} {
		if finite -= n; finite < 0 {
			return false
		}
	}
	t.sum, t.squares = t.sums.fixed(), t.powers.fixed()
	switch {
	case t.formula.name == Count && (finite != t.n || len(t.sums.words) > 0),
		!t.formula.squares && len(t.powers.words) > 0,
		finite == 0 && len(t.sums.words)+len(t.powers.words) > 0,
		t.integers && (finite != t.n || len(t.sums.words) > 0 && t.sum.scale < 0 || len(t.powers.words) > 0 && t.squares.scale < 0):
		return false
	case t.formula.squares:
		num, _ := t.spread(finite)
		return num.Sign() >= 0
	}
	return true
}
