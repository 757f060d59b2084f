package expr_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

// tally counts what random programs met, so that the generator can be held to it.
type tally struct{ cells, nulls, nans, failed int }

// TestProgramsAgreeWithTheOracleAndWithThemselves draws programs and columns: the oracle gives the same cells, and any
// split into batches, down to single rows, the same bits.
func TestProgramsAgreeWithTheOracleAndWithThemselves(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	g, n := newGenerator(seed), tally{}
	for range 2000 {
		g.check(t, &n)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	for _, e := range g.table {
		if g.met[e.text] == 0 {
			t.Errorf("seed %d: no program used %s", seed, e.text)
		}
	}
	if n.nulls*10 < n.cells || n.nans == 0 || n.failed == 0 {
		t.Errorf("seed %d: the programs met too little: %+v", seed, n)
	}
	t.Logf("%+v", n)
}

func (g *generator) check(t *testing.T, n *tally) {
	class := classes[g.IntN(len(classes)-1)]
	tree := g.term(class, 1+g.IntN(4))
	source := g.source(tree)
	p, err := expr.Compile(source, expr.Scope{Columns: g.columns}, value.Type{})
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	if got := classOf(p.Type().Kind); got != class {
		t.Fatalf("%s: got %s, want %s", source, got, class)
	}
	rows := 1 + g.IntN(100)
	if g.IntN(20) == 0 {
		rows = 1000 + g.IntN(1200) // beyond what a machine takes at a time
	}
	b := g.batch(rows)
	whole, failed := run(t, p, b, 0, rows)
	for i := range rows {
		if i > 60 && i < rows-3 {
			continue
		}
		g.compare(t, n, source, evaluate(tree, row(b, i)), whole.At(i), failed[i] != "", row(b, i))
	}
	for lo := 0; lo < rows; {
		hi := min(rows, lo+1+g.IntN(80)*g.IntN(2))
		part, why := run(t, p, b, lo, hi)
		for i := lo; i < hi; i++ {
			if !part.At(i-lo).Identical(whole.At(i)) || why[i-lo] != failed[i] {
				t.Fatalf("%s: row %d of %d to %d: got %s %q, in one batch %s %q", source, i, lo, hi, show(part.At(i-lo)), why[i-lo], show(whole.At(i)), failed[i])
			}
		}
		lo = hi
	}
}

// compare holds one cell against the oracle.
func (g *generator) compare(t *testing.T, n *tally, source string, want cell, got value.Value, failed bool, row []value.Value) {
	t.Helper()
	n.cells++
	if failed != want.failed {
		t.Fatalf("%.2000s\nof %v:\ngot ERROR %v (%s), the oracle says %+v", source, shown(row), failed, show(got), want)
	}
	switch {
	case failed:
		n.failed++
		return
	case want.null || got.IsNull():
		if n.nulls++; want.null != got.IsNull() {
			t.Fatalf("%.2000s\nof %v:\ngot %.200s, the oracle says %+v", source, shown(row), show(got), want)
		}
		return
	}
	ok := false
	switch v := want.v.(type) {
	case int64:
		ok = got.Int() == v
	case string:
		ok = got.Text() == v
	case float64:
		if math.IsNaN(v) {
			n.nans++
		}
		ok = math.IsNaN(v) && math.IsNaN(got.Float()) || math.Float64bits(v) == math.Float64bits(got.Float())
	}
	if !ok {
		t.Fatalf("%.2000s\nof %v:\ngot %.200s, the oracle says %.200v", source, shown(row), show(got), want.v)
	}
}

func shown(row []value.Value) []string {
	out := make([]string, len(row))
	for i, v := range row {
		out[i] = fmt.Sprintf("c%d=%.60s", i, show(v))
	}
	return out
}

func row(b *value.Batch, i int) []value.Value {
	out := make([]value.Value, len(b.Columns))
	for j, c := range b.Columns {
		out[j] = c.At(i)
	}
	return out
}

// run evaluates rows lo ≤ i < hi and returns the reasons of the ERROR cells, by row from lo.
func run(t *testing.T, p *expr.Program, b *value.Batch, lo, hi int) (*value.Column, map[int]string) {
	t.Helper()
	cols := inputs(p, b)
	for i, c := range cols {
		cols[i] = c.Slice(lo, hi)
	}
	out, faults, err := p.Eval(t.Context(), cols, nil, hi-lo)
	if err != nil {
		t.Fatal(err)
	}
	why := map[int]string{}
	for _, f := range faults {
		why[f.Row] = f.Reason
	}
	return out, why
}
