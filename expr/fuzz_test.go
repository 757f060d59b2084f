package expr_test

import (
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

// FuzzCompile: no text makes Compile panic or take long; what compiles evaluates, and its canonical text is stable.
func FuzzCompile(f *testing.F) {
	g := newGenerator(1)
	for range 50 {
		f.Add(g.source(g.term(classes[g.IntN(len(classes)-1)], 3)))
	}
	for _, s := range []string{"", "//", "if", "if(", "'", "`@in`(c0)", "c0 ? c1", "[[[", "((((", "c0.c1.c2()", "-9223372036854775808", "!-c0", "r'\\", "\"\"\"a", "1//2//3"} {
		f.Add(s)
	}
	b := g.batch(70)
	f.Fuzz(func(t *testing.T, source string) {
		start := time.Now()
		p, err := expr.Compile(source, expr.Scope{Columns: g.columns}, value.Type{})
		if took := time.Since(start); took > 5*time.Second {
			t.Fatalf("it took %v", took)
		}
		if err != nil {
			for _, e := range errs.All(err) {
				if e.Code != errs.InvalidArgument || e.ID == "" {
					t.Fatalf("%q: %v", source, e)
				}
			}
			return
		}
		out, _ := run(t, p, b, 0, b.Rows)
		if out.Len() != b.Rows {
			t.Fatalf("got %d rows", out.Len())
		}
		again, err := expr.Compile(p.String(), expr.Scope{Columns: g.columns}, p.Type())
		if err != nil || again.String() != p.String() {
			t.Fatalf("%q: %s reads back as %v, %v", source, p, again, err)
		}
	})
}
