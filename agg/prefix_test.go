package agg_test

import (
	"cmp"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

func TestPrefixAgreesWithStates(t *testing.T) {
	t.Parallel()
	var p agg.Prefix // serves run after run
	rapid.Check(t, func(t *rapid.T) {
		in := value.Scalar(rapid.SampledFrom([]value.Kind{value.Int64, value.Float64}).Draw(t, "input"))
		rows := drawRows(t, agg.Spec{Function: agg.Sum, Input: in}, 20)
		ints, floats := make([]int64, len(rows)), make([]float64, len(rows))
		for i, r := range rows {
			ints[i], floats[i] = r.v.Int(), r.v.Float()
		}
		p.Squares = rapid.Bool().Draw(t, "squares")
		if in.Kind == value.Int64 {
			p.Ints(ints)
		} else {
			p.Floats(floats)
		}
		for range 5 {
			lo := rapid.IntRange(0, len(rows)).Draw(t, "lo")
			hi := rapid.IntRange(lo, len(rows)).Draw(t, "hi")
			var out []int
			var kept []row
			for i := lo; i < hi; i++ {
				if rapid.IntRange(0, 3).Draw(t, "out") == 0 {
					out = append(out, i)
				} else {
					kept = append(kept, rows[i])
				}
			}
			for _, name := range agg.Functions() {
				s := agg.Spec{Function: agg.Function(name), Input: in}
				formula, squares, ok := s.Formula()
				if !ok || squares && !p.Squares {
					continue
				}
				want, wantErr := stateOf(t, s, rows[lo:hi]).Final()
				got, err := formula(p.Totals(lo, hi))
				if !got.Identical(want) || errs.CodeOf(err) != errs.CodeOf(wantErr) {
					t.Fatalf("%s of %v: %v, %v, want %v, %v", name, rows[lo:hi], got, err, want, wantErr)
				}
				want, wantErr = stateOf(t, s, kept).Final()
				got, err = formula(p.Except(lo, hi, out))
				if !got.Identical(want) || errs.CodeOf(err) != errs.CodeOf(wantErr) {
					t.Fatalf("%s of %v without %v: %v, %v, want %v, %v", name, rows[lo:hi], out, got, err, want, wantErr)
				}
			}
		}
	})
}

func TestExtremesAgreeWithStates(t *testing.T) {
	t.Parallel()
	least, greatest := agg.NewLeast[int64](), agg.NewGreatest[int64]()
	rapid.Check(t, func(t *rapid.T) {
		in := value.Scalar(value.Float64)
		rows := drawRows(t, agg.Spec{Function: agg.Min, Input: in}, 20)
		least.Reset()
		greatest.Reset()
		cursors := [2][3]int{}
		forward := rapid.Bool().Draw(t, "forward")
		first := [3]int{}
		for i, r := range rows {
			least.Push(i, agg.LeastKey(r.v.Float()))
			greatest.Push(i, agg.GreatestKey(r.v.Float()))
			for w := range first {
				from := 0
				if forward {
					from = first[w]
				}
				first[w] = rapid.IntRange(from, max(from, i+1)).Draw(t, "first")
				got, ok := least.Best(first[w], &cursors[0][w])
				checkExtreme(t, agg.Min, rows[:i+1], first[w], got, ok)
				got, ok = greatest.Best(first[w], &cursors[1][w])
				checkExtreme(t, agg.Max, rows[:i+1], first[w], got, ok)
			}
		}
	})
}

func checkExtreme(t *rapid.T, f agg.Function, rows []row, first, got int, ok bool) {
	t.Helper()
	s := agg.Spec{Function: f, Input: value.Scalar(value.Float64)}
	want, _ := stateOf(t, s, rows[min(first, len(rows)):]).Final()
	switch {
	case ok != !want.IsNull():
		t.Fatalf("%s from %d: found %t, want %v", f, first, ok, want)
	case ok && got < first:
		t.Fatalf("%s from %d: row %d", f, first, got)
	case ok && !rows[got].v.Identical(want) && !(math.IsNaN(want.Float()) && math.IsNaN(rows[got].v.Float())):
		t.Fatalf("%s of %v from %d: row %d, want %v", f, rows, first, got, want)
	}
}

func TestKeysOrderAsValuesDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		style := rapid.IntRange(0, 4).Draw(t, "style")
		x, y := drawFloat(t, style), drawFloat(t, style)
		if math.IsNaN(x) || math.IsNaN(y) {
			return
		}
		want := value.Compare(value.OfFloat64(x), value.OfFloat64(y))
		if got := cmp.Compare(agg.LeastKey(x), agg.LeastKey(y)); got != want {
			t.Fatalf("%v against %v: %d, want %d", x, y, got, want)
		}
		if agg.GreatestKey(math.NaN()) >= agg.GreatestKey(x) || agg.LeastKey(math.NaN()) <= agg.LeastKey(x) {
			t.Fatalf("NaN is better than %v", x)
		}
	})
}

func TestFloatSumAgreesWithStates(t *testing.T) {
	t.Parallel()
	var p agg.Prefix
	rapid.Check(t, func(t *rapid.T) {
		s := agg.Spec{Function: agg.Sum, Input: value.Scalar(value.Float64)}
		rows := drawRows(t, s, 20)
		var floats []float64
		for _, r := range rows {
			floats = append(floats, r.v.Float())
		}
		p.Floats(floats)
		lo := rapid.IntRange(0, len(rows)).Draw(t, "lo")
		hi := rapid.IntRange(lo, len(rows)).Draw(t, "hi")
		want, err := stateOf(t, s, rows[lo:hi]).Final()
		if err != nil {
			t.Fatal(err)
		}
		got, ok := p.FloatSum(lo, hi)
		if ok != !want.IsNull() || ok && !value.OfFloat64(got).Identical(want) {
			t.Fatalf("the sum of %v: %v, %t, want %v", rows[lo:hi], got, ok, want)
		}
	})
}
