package expr_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

func compile(t testing.TB, source string, columns ...value.Field) *expr.Program {
	t.Helper()
	p, err := expr.Compile(source, expr.Scope{Columns: columns, AsOf: true}, value.Type{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func numbers(rows int) (value.Field, *value.Column) {
	c := value.NewColumn(value.Scalar(value.Float64), rows)
	c.Resize(rows)
	for i := range c.Float64s {
		c.Float64s[i] = float64(i%1000) - 500
	}
	return value.Field{Name: "x", Type: c.Type}, c
}

func TestACanceledContextEndsALongColumn(t *testing.T) {
	t.Parallel()
	texts := value.NewColumn(value.Scalar(value.String), 0)
	long := make([]byte, expr.TextSizeMax)
	for i := range long {
		long[i] = 'a'
	}
	for range 20_000 {
		texts.Append(value.OfString(string(long[:expr.TextSizeMax/4])))
	}
	p := compile(t, "matches(s, '(a|aa)*b') || matches(s, '(a|aa)*c')", value.Field{Name: "s", Type: texts.Type})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, _, err := p.Eval(ctx, []*value.Column{texts}, nil, texts.Len())
	deadline, _ := ctx.Deadline()
	if late := time.Since(deadline); !errors.Is(err, context.DeadlineExceeded) || late > 500*time.Millisecond {
		t.Errorf("got %v, %v after the deadline", err, late)
	}
}

func TestATextTooLongForItsPatternIsAnErrorCell(t *testing.T) {
	t.Parallel()
	s := value.NewColumn(value.Scalar(value.String), 2)
	s.Append(value.OfString(strings.Repeat("a", 1000)))
	s.Append(value.OfString(strings.Repeat("a", expr.TextSizeMax)))
	p := compile(t, "matches(s, '(a?b?){400}c')", value.Field{Name: "s", Type: s.Type})
	out, faults, err := p.Eval(t.Context(), []*value.Column{s}, nil, 2)
	if err != nil || len(faults) != 1 || faults[0].Row != 1 || !strings.Contains(faults[0].Reason, "pattern") || out.At(0).Bool() {
		t.Errorf("got %v, %v, %v", out, faults, err)
	}
}

func TestEvalRefusesColumnsOfAnotherScope(t *testing.T) {
	t.Parallel()
	field, c := numbers(3)
	p := compile(t, "x + seconds(as_of - as_of)", field)
	ints := value.NewColumn(value.Scalar(value.Int64), 3)
	ints.Resize(3)
	asOf := make([]eventtime.Instant, 3)
	for name, call := range map[string]func() error{
		"no columns":  func() error { _, _, err := p.Eval(t.Context(), nil, asOf, 3); return err },
		"another":     func() error { _, _, err := p.Eval(t.Context(), []*value.Column{ints}, asOf, 3); return err },
		"other rows":  func() error { _, _, err := p.Eval(t.Context(), []*value.Column{c}, asOf, 2); return err },
		"no moments":  func() error { _, _, err := p.Eval(t.Context(), []*value.Column{c}, nil, 3); return err },
		"few moments": func() error { _, _, err := p.Eval(t.Context(), []*value.Column{c}, asOf[:2], 3); return err },
	} {
		if err := call(); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if out, _, err := p.Eval(t.Context(), []*value.Column{c}, asOf, 3); err != nil || out.Len() != 3 {
		t.Errorf("got %v, %v", out, err)
	}
}

func TestNoRowsAreNoRows(t *testing.T) {
	t.Parallel()
	field, c := numbers(0)
	out, faults, err := compile(t, "x + 1", field).Eval(t.Context(), []*value.Column{c}, nil, 0)
	if err != nil || out.Len() != 0 || len(faults) != 0 {
		t.Errorf("got %v, %v, %v", out, faults, err)
	}
}

func TestAMomentThatIsNoneIsNull(t *testing.T) {
	t.Parallel()
	out, _, err := compile(t, "year(as_of)").Eval(t.Context(), nil, []eventtime.Instant{eventtime.None, 0}, 2)
	if err != nil || !out.Null(0) || out.At(1).Int() != 1970 {
		t.Errorf("got %v, %v", out, err)
	}
}

func TestProgramsAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	field, c := numbers(5000)
	p := compile(t, "if(x > 0.0, string(x), 'none') + '!'", field)
	want, _, err := p.Eval(t.Context(), []*value.Column{c}, nil, c.Len())
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 5 {
				got, _, err := p.Eval(t.Context(), []*value.Column{c}, nil, c.Len())
				if err != nil {
					t.Error(err)
					return
				}
				for i := range got.Texts {
					if got.Texts[i] != want.Texts[i] {
						t.Errorf("row %d: got %q, want %q", i, got.Texts[i], want.Texts[i])
						return
					}
				}
			}
		})
	}
	group.Wait()
}

func TestNestedValuesAreCarried(t *testing.T) {
	t.Parallel()
	typ := value.ArrayOf(value.Scalar(value.Int64))
	a, b := value.NewColumn(typ, 2), value.NewColumn(typ, 2)
	one := value.OfList(value.Array, []value.Value{value.OfInt64(1)})
	a.Append(value.Value{})
	a.Append(one)
	b.Append(one)
	b.Append(value.Value{})
	p := compile(t, "coalesce(a, b)", value.Field{Name: "a", Type: typ}, value.Field{Name: "b", Type: typ})
	out, _, err := p.Eval(t.Context(), []*value.Column{a, b}, nil, 2)
	if err != nil || !out.At(0).Identical(one) || !out.At(1).Identical(one) || !p.Type().Equal(typ) {
		t.Errorf("got %v, %v", out, err)
	}
}

func TestTextsThatGrowTooLongAreErrorCells(t *testing.T) {
	t.Parallel()
	s := value.NewColumn(value.Scalar(value.String), 2)
	s.Append(value.OfString("a"))
	s.Append(value.OfString(string(make([]byte, expr.TextSizeMax))))
	field := value.Field{Name: "s", Type: s.Type}
	for _, source := range []string{"s + 'x'", "concat(s, s)", "replace(s, '\\u0000', 'xx')", "lower(s + s)", "string(matches(s + s, 'x'))"} {
		out, faults, err := compile(t, source, field).Eval(t.Context(), []*value.Column{s}, nil, 2)
		if err != nil || len(faults) != 1 || faults[0].Row != 1 || !out.Null(1) || out.Null(0) {
			t.Errorf("%s: got %v, %v", source, faults, err)
		}
	}
}

func TestFilterSelectsWhatIsTrue(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	g := newGenerator(seed)
	b := g.batch(1500)
	for _, source := range []string{"c0 + 1 > 5", "c8 || c9", "matches(c6, 'a')", "null == c0", "c8", "true"} {
		p, err := expr.Compile(source, expr.Scope{Columns: g.columns}, value.Scalar(value.Bool))
		if err != nil {
			t.Fatal(err)
		}
		f, err := p.Filter()
		if err != nil {
			t.Fatal(err)
		}
		var cols []*value.Column
		for _, c := range f.Columns() {
			cols = append(cols, b.Column(c.Name))
		}
		keep := make([]uint64, (b.Rows+63)/64)
		for i := range keep {
			keep[i] = ^uint64(0)
		}
		if err := f.Select(t.Context(), cols, b.Rows, keep); err != nil {
			t.Fatal(err)
		}
		want, _, err := p.Eval(t.Context(), cols, nil, b.Rows)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 64 * len(keep) {
			if got := keep[i>>6]>>(i&63)&1 == 1; got != (i < b.Rows && !want.Null(i) && want.Ints[i] == 1) {
				t.Fatalf("seed %d: %s: row %d: got %v", seed, source, i, got)
			}
		}
	}
}

func TestOnlyTruthsOfEventsAreFilters(t *testing.T) {
	t.Parallel()
	field, c := numbers(100)
	for _, source := range []string{"x", "x > seconds(as_of - as_of)"} {
		if _, err := compile(t, source, field).Filter(); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%s: got %v", source, err)
		}
	}
	f, err := compile(t, "x > 0.0", field).Filter()
	if err != nil || f.String() != "x > 0.0" {
		t.Fatal(f, err)
	}
	for name, err := range map[string]error{
		"few words": f.Select(t.Context(), []*value.Column{c}, 100, make([]uint64, 1)),
		"no column": f.Select(t.Context(), nil, 100, make([]uint64, 2)),
	} {
		if errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
