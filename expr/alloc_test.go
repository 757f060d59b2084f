//go:build !race

package expr_test

import (
	"testing"

	"github.com/truepoint/truepoint/value"
)

// The race detector empties pools at random, so these counts hold without it.

func TestASingleRowOfNumbersAllocatesTheResultAlone(t *testing.T) {
	field, c := numbers(1)
	p := compile(t, "(x + 1.5) * x / (x - 2.0) + sqrt(x)", field)
	cols := []*value.Column{c}
	got := testing.AllocsPerRun(200, func() {
		if _, _, err := p.Eval(t.Context(), cols, nil, 1); err != nil {
			t.Fatal(err)
		}
	})
	if got > 2 { // the column and its item
		t.Errorf("got %v allocations, want at most 2", got)
	}
}

func TestNumbersAllocateNothingPerRow(t *testing.T) {
	field, c := numbers(100_000)
	p := compile(t, "if(x > 0.0, x % 7.0, -x) + clamp(x, 0.0, 9.0)", field)
	got := testing.AllocsPerRun(5, func() {
		if _, _, err := p.Eval(t.Context(), []*value.Column{c}, nil, c.Len()); err != nil {
			t.Fatal(err)
		}
	})
	if got > 10 {
		t.Errorf("got %v allocations for 100,000 rows", got)
	}
}
