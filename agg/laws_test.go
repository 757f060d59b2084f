package agg_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// failer is what *testing.T and *rapid.T share.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func stateOf(t failer, s agg.Spec, rows []row) agg.State {
	t.Helper()
	st, err := s.New()
	if err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	for _, r := range rows {
		st.Add(r.v, r.at)
	}
	return st
}

// merged returns the merge of states, each left as it was.
func merged(t failer, s agg.Spec, states ...agg.State) agg.State {
	t.Helper()
	out := stateOf(t, s, nil)
	for _, st := range states {
		out.Merge(st)
	}
	return out
}

// checkSame demands that two states have the same bytes and value.
func checkSame(t failer, got, want agg.State, law string) {
	t.Helper()
	g, gErr := got.Final()
	w, wErr := want.Final()
	if !g.Identical(w) || errs.CodeOf(gErr) != errs.CodeOf(wErr) {
		t.Fatalf("%s: %v, %v, want %v, %v", law, g, gErr, w, wErr)
	}
	if b, c := got.Append(nil), want.Append(nil); !bytes.Equal(b, c) {
		t.Fatalf("%s: bytes %x, want %x", law, b, c)
	}
}

func TestStatesGiveTheValueOfTheOracle(t *testing.T) {
	t.Parallel()
	values, nulls, overflows := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawSpec(t)
		rows := drawRows(t, s, 12)
		want, overflow := naive(s, rows)
		got, err := stateOf(t, s, rows).Final()
		switch {
		case overflow:
			overflows++
			if errs.CodeOf(err) != errs.OutOfRange {
				t.Fatalf("%v, %v, want an overflow", got, err)
			}
			return
		case want.IsNull():
			nulls++
		default:
			values++
		}
		if err != nil || !got.Identical(want) {
			t.Fatalf("%s of %v: %v, %v, want %v", s.Function, rows, got, err, want)
		}
		if typ, err := s.Result(); err != nil || !want.IsNull() && got.Kind() != typ.Kind {
			t.Fatalf("%s gives a %s, declared %s, %v", s.Function, got.Kind(), typ, err)
		}
	})
	if values == 0 || nulls == 0 {
		t.Errorf("%d values, %d nulls, %d overflows: the generator misses a case", values, nulls, overflows)
	}
}

func TestFloatsGiveTheValueOfTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom([]agg.Function{agg.Sum, agg.Mean, agg.VarPop, agg.VarSamp, agg.StddevPop, agg.StddevSamp}).Draw(t, "function")
		s := agg.Spec{Function: f, Input: rapid.SampledFrom(inputsOf(f)).Draw(t, "input")}
		rows := drawRows(t, s, 30)
		want, overflow := naive(s, rows)
		if got, err := stateOf(t, s, rows).Final(); !got.Identical(want) || (err != nil) != overflow {
			t.Fatalf("%v, %v, want %v", got, err, want)
		}
	})
}

func TestMergeLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSpec(t)
		rows := drawRows(t, s, 12)
		whole := stateOf(t, s, rows)
		other := shuffled(t, rows)
		i := rapid.IntRange(0, len(rows)).Draw(t, "cut")
		j := rapid.IntRange(i, len(rows)).Draw(t, "cut")
		a, b, c := stateOf(t, s, other[:i]), stateOf(t, s, other[i:j]), stateOf(t, s, other[j:])
		checkSame(t, stateOf(t, s, other), whole, "another order")
		checkSame(t, merged(t, s, merged(t, s, a, b), c), whole, "(a+b)+c")
		checkSame(t, merged(t, s, a, merged(t, s, b, c)), whole, "a+(b+c)")
		checkSame(t, merged(t, s, c, b, a), whole, "c+b+a")
		empty := stateOf(t, s, nil)
		checkSame(t, merged(t, s, whole, empty), whole, "a+0")
		checkSame(t, merged(t, s, empty, whole), whole, "0+a")
		a.Merge(b)
		checkSame(t, b, stateOf(t, s, other[i:j]), "what was merged is left as it was")
	})
}

func TestBytesReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSpec(t)
		rows := drawRows(t, s, 12)
		i := rapid.IntRange(0, len(rows)).Draw(t, "cut")
		whole := stateOf(t, s, rows)
		got, rest, err := s.Parse(append(whole.Append(nil), "rest"...))
		if err != nil || string(rest) != "rest" {
			t.Fatalf("%x: rest %q, %v", whole.Append(nil), rest, err)
		}
		checkSame(t, got, whole, "read back")
		part, _, err := s.Parse(stateOf(t, s, rows[:i]).Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows[i:] {
			part.Add(r.v, r.at)
		}
		checkSame(t, part, whole, "read back, then more rows")
	})
}

func TestRemovedRowsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	removers := map[agg.Function]bool{}
	check := func(t *rapid.T) {
		s := drawSpec(t)
		rows := drawRows(t, s, 12)
		i := rapid.IntRange(0, len(rows)).Draw(t, "kept")
		st, ok := stateOf(t, s, rows).(agg.Remover)
		if _, _, formula := s.Formula(); formula != ok {
			t.Fatalf("%s has a formula: %t, takes rows away: %t", s.Function, formula, ok)
		}
		if !ok {
			return
		}
		removers[s.Function] = true
		for _, r := range shuffled(t, rows[i:]) {
			st.Remove(r.v, r.at)
		}
		checkSame(t, st, stateOf(t, s, rows[:i]), "after removal")
	}
	for n := 0; n < 20 && len(removers) < 7; n++ { // a hundred draws may miss a function
		rapid.Check(t, check)
	}
	if len(removers) != 7 {
		t.Errorf("only %v were drawn", removers)
	}
}

func TestFunctionsRefuseWhatTheyDoNotTake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		spec agg.Spec
		hint string
	}{
		{agg.Spec{Function: "cuont"}, "did you mean count?"},
		{agg.Spec{Function: "frobnicate"}, "use count, sum, "},
		{agg.Spec{Function: agg.Sum, Input: value.Scalar(value.String)}, "it takes Float32, Float64, Int32 or Int64; for type String there are count, min, "},
		{agg.Spec{Function: agg.Sum}, "only count"},
		{agg.Spec{Function: agg.FirstN, Input: value.Scalar(value.Int64)}, ""},
		{agg.Spec{Function: agg.LastN, Input: value.Scalar(value.Int64), N: agg.CountMax + 1}, ""},
		{agg.Spec{Function: agg.First, Input: value.Scalar(value.Int64), N: 1}, "first_n"},
		{agg.Spec{Function: agg.CountDistinct, Input: value.Scalar(value.Json)}, ""},
		{agg.Spec{Function: agg.Min, Input: value.ArrayOf(value.Scalar(value.Int64))}, "for type Array there are count, first or last"},
	} {
		_, err := c.spec.Result()
		if errs.CodeOf(err) != errs.InvalidArgument || !bytes.Contains([]byte(err.Error()), []byte(c.hint)) {
			t.Errorf("%+v: %v, want a hint %q", c.spec, err, c.hint)
		}
		if _, again := c.spec.New(); again == nil {
			t.Errorf("%+v has a state", c.spec)
		}
	}
}
