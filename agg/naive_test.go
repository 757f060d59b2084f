package agg_test

import (
	"math"
	"math/big"
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/value"
)

// naive is the oracle: each function as one would write it down for a list of rows, in rational arithmetic. overflow
// stands for an error.
func naive(s agg.Spec, rows []row) (v value.Value, overflow bool) {
	switch s.Function {
	case agg.Count:
		return value.OfInt64(int64(len(rows))), false
	case agg.CountDistinct:
		return value.OfInt64(int64(len(firstOfEach(rows)))), false
	case agg.FirstN, agg.LastN, agg.FirstDistinctN, agg.LastDistinctN:
		return naiveSeries(s, rows), false
	}
	if len(rows) == 0 {
		return value.Value{}, false
	}
	switch s.Function {
	case agg.First:
		return sorted(rows)[0].v, false
	case agg.Last:
		return sorted(rows)[len(rows)-1].v, false
	case agg.Min, agg.Max:
		return naiveExtreme(s, rows), false
	case agg.Sum:
		if s.Input.Kind == value.Int32 || s.Input.Kind == value.Int64 {
			sum := new(big.Int)
			for _, r := range rows {
				sum.Add(sum, big.NewInt(r.v.Int()))
			}
			if !sum.IsInt64() {
				return value.Value{}, true
			}
			return value.OfInt64(sum.Int64()), false
		}
	}
	return naiveFloat(s, rows), false
}

func naiveFloat(s agg.Spec, rows []row) value.Value {
	n := int64(len(rows))
	if n == 1 && (s.Function == agg.VarSamp || s.Function == agg.StddevSamp) {
		return value.Value{}
	}
	plain := 0.0 // right where an input is not finite
	sum := new(big.Rat)
	for _, r := range rows {
		if isInt := s.Input.Kind == value.Int32 || s.Input.Kind == value.Int64; isInt {
			sum.Add(sum, new(big.Rat).SetInt64(r.v.Int()))
			continue
		}
		if x := r.v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			plain += x
		} else {
			sum.Add(sum, new(big.Rat).SetFloat64(x))
		}
	}
	moment := s.Function != agg.Sum && s.Function != agg.Mean
	switch {
	case math.IsNaN(plain) || plain != 0 && moment:
		return value.OfFloat64(math.NaN())
	case plain != 0:
		return value.OfFloat64(plain)
	case s.Function == agg.Sum:
		return value.OfFloat64(nearest(sum))
	}
	mean := new(big.Rat).Quo(sum, big.NewRat(n, 1))
	if !moment {
		return value.OfFloat64(nearest(mean))
	}
	squares := new(big.Rat)
	for _, r := range rows {
		x := new(big.Rat)
		if r.v.Kind() == value.Int32 || r.v.Kind() == value.Int64 {
			x.SetInt64(r.v.Int())
		} else {
			x.SetFloat64(r.v.Float())
		}
		x.Sub(x, mean)
		squares.Add(squares, x.Mul(x, x))
	}
	if s.Function == agg.VarSamp || s.Function == agg.StddevSamp {
		n--
	}
	variance := squares.Quo(squares, big.NewRat(n, 1))
	if s.Function == agg.VarPop || s.Function == agg.VarSamp {
		return value.OfFloat64(nearest(variance))
	}
	// 4,000 bits tell a root from the middle between two floats, unless it is that middle.
	root := new(big.Float).SetPrec(4000).SetRat(variance)
	f, _ := root.Sqrt(root).Float64()
	return value.OfFloat64(f)
}

func nearest(r *big.Rat) float64 {
	f, _ := r.Float64()
	return f
}

func naiveExtreme(s agg.Spec, rows []row) value.Value {
	isNaN := func(v value.Value) bool {
		return (v.Kind() == value.Float32 || v.Kind() == value.Float64) && math.IsNaN(v.Float())
	}
	var values []value.Value
	for _, r := range rows {
		if !isNaN(r.v) {
			values = append(values, r.v)
		}
	}
	switch {
	case values == nil && s.Input.Kind == value.Float32:
		return value.OfFloat32(float32(math.NaN()))
	case values == nil:
		return value.OfFloat64(math.NaN())
	case s.Function == agg.Min:
		return slices.MinFunc(values, value.Compare)
	}
	return slices.MaxFunc(values, value.Compare)
}

// sorted returns rows oldest first.
func sorted(rows []row) []row {
	out := slices.Clone(rows)
	slices.SortFunc(out, func(a, b row) int { return a.at.Compare(&b.at) })
	return out
}

// firstOfEach returns the rows whose value is equal to none before.
func firstOfEach(rows []row) []row {
	var out []row
	for _, r := range rows {
		if !slices.ContainsFunc(out, func(o row) bool { return equal(o.v, r.v) }) {
			out = append(out, r)
		}
	}
	return out
}

// equal reports whether two values are the same number, or the same otherwise.
func equal(a, b value.Value) bool {
	switch a.Kind() {
	case value.Float32, value.Float64:
		return a.Float() == b.Float() || math.IsNaN(a.Float()) && math.IsNaN(b.Float())
	case value.Decimal:
		x, _ := new(big.Rat).SetString(a.Text())
		y, _ := new(big.Rat).SetString(b.Text())
		return x.Cmp(y) == 0
	}
	return a.Identical(b)
}

func naiveSeries(s agg.Spec, rows []row) value.Value {
	rows = sorted(rows)
	newest := s.Function == agg.LastN || s.Function == agg.LastDistinctN
	if newest {
		slices.Reverse(rows)
	}
	if s.Function == agg.FirstDistinctN || s.Function == agg.LastDistinctN {
		rows = firstOfEach(rows)
	}
	rows = rows[:min(len(rows), s.N)]
	if newest {
		slices.Reverse(rows)
	}
	parts := make([]value.Value, len(rows))
	for i, r := range rows {
		parts[i] = r.v
	}
	return value.OfList(value.Array, parts)
}
