package pit_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// A set says what big builds: enough rows for many blocks, parts and workers.
type set struct {
	seed           uint64
	rows, spine    int
	keys, parts    int
	key            value.Kind
	composite      bool
	ties, deletes  bool
	delay          eventtime.Duration
	known          pit.KnownAtRule
	sequence       bool
	firstPartEmpty bool
}

// big builds a plan of one view from pseudo-random rows.
func big(s set) *pit.Plan {
	r := rand.New(rand.NewPCG(s.seed, 7))
	spread := int64(s.rows)
	if s.ties {
		spread = 40
	}
	key := func(n int64) value.Value {
		switch s.key {
		case value.Int64:
			return value.OfInt64(n*1_000_003 - 17)
		case value.UnixTimestamp:
			return value.OfInstant(eventtime.Instant(n-3) * 1e6)
		}
		return value.OfString(fmt.Sprintf("user_%04d", n))
	}
	l := pit.Layout{Keys: []string{"k"}, Event: "event", Created: "created", Features: []string{"n", "text"}}
	names, kinds := []string{"k", "event", "created", "n", "text", "gone", "arrival"}, []value.Kind{
		s.key, value.UnixTimestamp, value.UnixTimestamp, value.Int64, value.String, value.Bool, value.Int64}
	if s.composite {
		l.Keys, names, kinds = append(l.Keys, "l"), append(names, "l"), append(kinds, value.Int64)
	}
	if s.deletes {
		l.Deleted = "gone"
	}
	if s.sequence {
		l.Sequence = "arrival"
	}
	batches := make([]*value.Batch, s.parts)
	for p := range batches {
		batches[p] = &value.Batch{}
		for i, name := range names {
			batches[p].Add(name, value.NewColumn(value.Scalar(kinds[i]), s.rows/s.parts))
		}
		for range s.rows / s.parts {
			if s.firstPartEmpty && p == 0 {
				break
			}
			event := eventtime.Instant(r.Int64N(spread))
			created := value.OfInstant(event + eventtime.Instant(r.Int64N(3)))
			if r.IntN(5) == 0 {
				created = value.Value{}
			}
			cells := []value.Value{key(r.Int64N(int64(s.keys))), value.OfInstant(event), created, value.OfInt64(r.Int64N(3)),
				value.OfString(strings.Repeat("x", r.IntN(4))), value.OfBool(r.IntN(8) == 0), value.OfInt64(r.Int64N(3)), value.OfInt64(r.Int64N(2))}
			for i, c := range batches[p].Columns {
				c.Append(cells[i])
			}
			batches[p].Rows++
		}
	}
	plan := &pit.Plan{Known: s.known, Views: []pit.ViewScan{{
		Name: "v", Table: pit.MemTable(batches...), Layout: l, Spine: l.Keys, TTL: eventtime.TTL(spread / 3),
		Availability: eventtime.Availability{Rule: eventtime.ByDelay, Delay: s.delay},
	}}}
	plan.Spine.Columns = &value.Batch{}
	columns := []*value.Column{value.NewColumn(value.Scalar(s.key), 0), value.NewColumn(value.Scalar(value.Int64), 0)}
	for range s.spine {
		columns[0].Append(key(r.Int64N(int64(s.keys) + 3)))
		columns[1].Append(value.OfInt64(r.Int64N(2)))
		plan.Spine.AsOf = append(plan.Spine.AsOf, eventtime.Instant(r.Int64N(spread+10)))
	}
	plan.Spine.Columns.Add("k", columns[0])
	plan.Spine.Columns.Add("l", columns[1])
	return plan
}

var sets = map[string]set{
	"many keys":             {seed: 1, rows: 40_000, spine: 12_000, keys: 9000, parts: 7, key: value.Int64},
	"strings":               {seed: 2, rows: 40_000, spine: 12_000, keys: 9000, parts: 5, key: value.String},
	"timestamps as keys":    {seed: 3, rows: 20_000, spine: 5000, keys: 900, parts: 3, key: value.UnixTimestamp},
	"composite":             {seed: 4, rows: 30_000, spine: 9000, keys: 3000, parts: 4, key: value.String, composite: true},
	"few keys, many slots":  {seed: 5, rows: 9000, spine: 9000, keys: 5, parts: 4, key: value.Int64},
	"ties and deletes":      {seed: 6, rows: 9000, spine: 4000, keys: 60, parts: 4, key: value.Int64, ties: true, deletes: true},
	"ties, sequence, delay": {seed: 7, rows: 9000, spine: 4000, keys: 60, parts: 6, key: value.String, ties: true, sequence: true, delay: 3},
	"known at as_of":        {seed: 8, rows: 20_000, spine: 6000, keys: 700, parts: 3, key: value.Int64, known: pit.KnownAtAsOf, ties: true},
	"an empty part":         {seed: 9, rows: 4000, spine: 4000, keys: 70, parts: 2, key: value.Int64, firstPartEmpty: true},
}

func TestEvalIsNaiveOnManyRows(t *testing.T) {
	t.Parallel()
	for name, s := range sets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := big(s)
			want := naive(t, p)
			for _, workers := range []int{1, 3} {
				wantResult(t, p, want, &pit.EvalOptions{Workers: workers}, 0)
			}
			for _, held := range []int{1, 1 << 20} {
				wantResult(t, p, want, &pit.EvalOptions{Workers: 3}, held)
			}
		})
	}
}

// naive returns what the oracle answers.
func naive(t *testing.T, p *pit.Plan) *pit.Result {
	t.Helper()
	want, err := pit.Naive(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// wantResult fails unless a plan is answered as wanted, by lean passes that may hold so many tied rows; 0: as many as Eval's.
func wantResult(t *testing.T, p *pit.Plan, want *pit.Result, opt *pit.EvalOptions, held int) {
	t.Helper()
	got, err := pit.EvalHolding(t.Context(), p, opt, held)
	if err != nil {
		t.Fatal(err)
	}
	if err := pittest.SameResults(got, want); err != nil {
		t.Errorf("%+v, %d rows held: %v", opt, held, err)
	}
}

func TestNewestIsNaiveNewestOnManyRows(t *testing.T) {
	t.Parallel()
	for name, s := range sets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := big(s).Views[0]
			p := &pit.NewestPlan{Name: "v", Table: v.Table, Layout: v.Layout, Availability: v.Availability, Select: everything}
			want, err := pit.NaiveNewest(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			for _, workers := range []int{1, 3} {
				got, err := pit.Newest(t.Context(), p, &pit.EvalOptions{Workers: workers})
				if err != nil {
					t.Fatal(err)
				}
				if err := pittest.SameWinners(t.Context(), got, want, 4000); err != nil {
					t.Errorf("%d workers: %v", workers, err)
				}
			}
		})
	}
}

var everything = pit.Selection{
	Interval: eventtime.Interval{Start: eventtime.Min, End: eventtime.Max}, AvailableBy: eventtime.Max,
	CreatedAfter: eventtime.None, AvailableAfter: eventtime.None,
}

func TestAmbiguityIsCountedOncePerWinner(t *testing.T) {
	t.Parallel()
	v := big(sets["ties and deletes"]).Views[0]
	w, err := pit.Newest(t.Context(), &pit.NewestPlan{Name: "v", Table: v.Table, Layout: v.Layout, Select: everything}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var counts []string
	for range 2 {
		if _, err := w.Load(t.Context(), 0, w.Len()); err != nil {
			t.Fatal(err)
		}
		counts = append(counts, fmt.Sprint(w.Report().Ambiguous))
	}
	if counts[0] != counts[1] || counts[0] == "[0 0]" {
		t.Errorf("got %s, then %s; want the same, not zero", counts[0], counts[1])
	}
}

func TestTypesComeFromTheTableWhenTheLayoutHasNone(t *testing.T) {
	t.Parallel()
	p := big(set{seed: 1, rows: 10, spine: 3, keys: 2, parts: 1, key: value.Int64})
	got, err := pit.Eval(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if typ := got.Views[0].Columns[1].Type; typ.Kind != value.String {
		t.Errorf("got type %s, want String", typ)
	}
}

func TestProgressReachesItsTotal(t *testing.T) {
	t.Parallel()
	p := big(sets["an empty part"])
	p.Views = append(p.Views, p.Views[0])
	var last, total atomic.Int64
	_, err := pit.Eval(t.Context(), p, &pit.EvalOptions{Progress: func(done, all int64) {
		total.Store(all)
		for old := last.Load(); done > old && !last.CompareAndSwap(old, done); old = last.Load() {
		}
	}})
	if err != nil || last.Load() != total.Load() || total.Load() != 2*2*2000 {
		t.Errorf("got %d of %d, error %v; want 8000 of 8000", last.Load(), total.Load(), err)
	}
}

func TestTooManyTiesAreRefusedWithAHint(t *testing.T) {
	t.Parallel()
	p := big(sets["ties and deletes"])
	_, err := pit.Eval(t.Context(), p, &pit.EvalOptions{Workers: 1, TiesMax: 5})
	if errs.CodeOf(err) != errs.ResourceExhausted || !strings.Contains(err.Error(), "tie_break") {
		t.Errorf("got %v, want ResourceExhausted with a hint at tie_break", err)
	}
	v := p.Views[0]
	_, err = pit.Newest(t.Context(), &pit.NewestPlan{Name: "v", Table: v.Table, Layout: v.Layout, Select: everything}, &pit.EvalOptions{Workers: 1, TiesMax: 5})
	if errs.CodeOf(err) != errs.ResourceExhausted {
		t.Errorf("Newest: got %v, want ResourceExhausted", err)
	}
}

// A fickle part fails, or cancels, at its first read of a column.
type fickle struct {
	pit.Part
	column string
	fail   func() error
}

func (f fickle) Read(ctx context.Context, columns []string, dst []*value.Column) error {
	for _, c := range columns {
		if c == f.column {
			if err := f.fail(); err != nil {
				return err
			}
		}
	}
	return f.Part.Read(ctx, columns, dst)
}

type table []pit.Part

func (t table) Parts() []pit.Part { return t }

// withFickle replaces the last part of the only view of a plan.
func withFickle(p *pit.Plan, column string, fail func() error) *pit.Plan {
	parts := append(table{}, p.Views[0].Table.Parts()...)
	parts[len(parts)-1] = fickle{parts[len(parts)-1], column, fail}
	p.Views[0].Table = parts
	p.Views[0].Layout.FeatureTypes = []value.Type{value.Scalar(value.Int64), value.Scalar(value.String)}
	return p
}

func TestAReadErrorEndsTheJoin(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken file")
	for _, column := range []string{"event", "text"} {
		p := withFickle(big(sets["many keys"]), column, func() error { return broken })
		if _, err := pit.Eval(t.Context(), p, nil); !errors.Is(err, broken) {
			t.Errorf("Eval, %s: got %v, want the error of the part", column, err)
		}
		if _, err := pit.Naive(t.Context(), p); !errors.Is(err, broken) {
			t.Errorf("Naive, %s: got %v, want the error of the part", column, err)
		}
		v := p.Views[0]
		w, err := pit.Newest(t.Context(), &pit.NewestPlan{Name: "v", Table: v.Table, Layout: v.Layout, Select: everything}, nil)
		if err == nil {
			_, err = w.Load(t.Context(), 0, w.Len())
		}
		if !errors.Is(err, broken) {
			t.Errorf("Newest, %s: got %v, want the error of the part", column, err)
		}
	}
}

func TestCancellingEndsTheWork(t *testing.T) {
	t.Parallel()
	for _, column := range []string{"event", "text"} {
		ctx, cancel := context.WithCancel(t.Context())
		p := withFickle(big(sets["many keys"]), column, func() error { cancel(); return nil })
		if _, err := pit.Eval(ctx, p, nil); errs.CodeOf(err) != errs.Canceled {
			t.Errorf("Eval, %s: got %v, want Canceled", column, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := big(sets["few keys, many slots"])
	if _, err := pit.Naive(ctx, p); errs.CodeOf(err) != errs.Canceled {
		t.Errorf("Naive: got %v, want Canceled", err)
	}
	v := p.Views[0]
	if _, err := pit.Newest(ctx, &pit.NewestPlan{Name: "v", Table: v.Table, Layout: v.Layout, Select: everything}, nil); errs.CodeOf(err) != errs.Canceled {
		t.Errorf("Newest: got %v, want Canceled", err)
	}
}

func TestBadPlansAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*pit.Plan)
		want   string
	}{
		"a key of another type": {func(p *pit.Plan) {
			p.Spine.Columns.Columns[0] = value.NewColumn(value.Scalar(value.String), 0)
			for range p.Spine.Columns.Rows {
				p.Spine.Columns.Columns[0].Append(value.OfString("1"))
			}
		}, "join key 1 is Int64 in its source, expected String"},
		"a float as a key": {func(p *pit.Plan) {
			p.Spine.Columns.Columns[0] = value.NewColumn(value.Scalar(value.Float64), 0)
			for range p.Spine.Columns.Rows {
				p.Spine.Columns.Columns[0].Append(value.OfFloat64(1))
			}
		}, "cannot have type Float64"},
		"an event column that is no time": {func(p *pit.Plan) { p.Views[0].Layout.Event = "n" }, `time column "n" has type Int64`},
		"no event column":                 {func(p *pit.Plan) { p.Views[0].Layout.Event = "" }, "no event time column"},
		"a column that is not there":      {func(p *pit.Plan) { p.Views[0].Layout.Features[0] = "nope" }, `no column "nope"`},
		"a feature of another type": {func(p *pit.Plan) {
			p.Views[0].Layout.FeatureTypes = []value.Type{value.Scalar(value.String), value.Scalar(value.String)}
		}, `column "n": has type Int64, expected String`},
		"fewer times than rows": {func(p *pit.Plan) { p.Spine.AsOf = p.Spine.AsOf[1:] }, "times"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := big(sets["an empty part"])
			c.change(p)
			if _, err := pit.Eval(t.Context(), p, nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestAKeyWithAFractionOfASecondIsAnErrorOnBothWays(t *testing.T) {
	t.Parallel()
	p := big(sets["timestamps as keys"])
	b := &value.Batch{}
	for name, v := range map[string]value.Value{
		"k": value.OfInstant(1), "event": value.OfInstant(1), "created": value.OfInstant(1), "n": value.OfInt64(1), "text": value.OfString(""),
	} {
		c := value.NewColumn(value.Scalar(v.Kind()), 1)
		c.Append(v)
		b.Add(name, c)
	}
	p.Views[0].Table = pit.MemTable(b)
	_, naive := pit.Naive(t.Context(), p)
	_, fast := pit.Eval(t.Context(), p, nil)
	const want = `view "v", source row 1: part 1 of the entity key is a UnixTimestamp with a fraction of a second`
	if naive == nil || fast == nil || naive.Error() != fast.Error() || !strings.Contains(fast.Error(), want) {
		t.Errorf("got %v and %v, want both %q", naive, fast, want)
	}
}
