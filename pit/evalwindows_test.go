package pit_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// A windowSet is the size and shape of a plan of windows over days of events.
type windowSet struct {
	keys, events, rows, parts int
	hot                       float64 // share of events and entity rows that belong to one key
	late                      bool    // availability by created time, up to ten minutes behind
	ids                       bool    // with event ids, of which some repeat
	repeats                   int     // so many distinct ids; 0: as many as events
	functions                 []agg.Function
	lengths                   []eventtime.Duration
	rich                      bool // also features of every other kind
}

// row17 has the shape of row 17 of the performance goals: count, sum and max over four windows.
func row17(events, rows int) windowSet {
	return windowSet{
		keys: max(1, events/100), events: events, rows: rows, parts: max(1, events/122880),
		functions: []agg.Function{agg.Count, agg.Sum, agg.Max},
		lengths:   []eventtime.Duration{eventtime.Hour, eventtime.Day, 7 * eventtime.Day, 30 * eventtime.Day},
	}
}

const seed17 = 17

// plan draws the plan of s; events come in the order of time, spread over 60 days.
func (s windowSet) plan() *pit.Plan {
	r := rand.New(rand.NewPCG(seed17, seed17))
	key := func() int64 {
		if r.Float64() < s.hot {
			return 0
		}
		return 1 + r.Int64N(int64(s.keys))
	}
	const span = int64(60 * eventtime.Day)
	var parts []*value.Batch
	for p := range s.parts {
		n := s.events/s.parts + min(1, s.events%s.parts)*boolInt(p < s.events%s.parts)
		b := &value.Batch{}
		cols := map[string]*value.Column{}
		for _, f := range []value.Field{
			{Name: "k", Type: value.Scalar(value.Int64)}, {Name: "event", Type: value.Scalar(value.UnixTimestamp)},
			{Name: "created", Type: value.Scalar(value.UnixTimestamp)}, {Name: "x", Type: value.Scalar(value.Float64)}, {Name: "id", Type: value.Scalar(value.Int64)},
		} {
			cols[f.Name] = value.NewColumn(f.Type, n)
			cols[f.Name].Resize(n)
		}
		for i := range n {
			at := span / int64(s.events) * int64(p*(s.events/s.parts)+i)
			cols["k"].Ints[i], cols["event"].Ints[i], cols["x"].Float64s[i] = key(), at, float64(r.IntN(100000)+1)/100
			cols["created"].Ints[i] = at + r.Int64N(int64(10*eventtime.Minute))
			cols["id"].Ints[i] = r.Int64N(int64(cmp.Or(s.repeats, s.events)))
		}
		for _, name := range []string{"k", "event", "created", "x", "id"} {
			b.Add(name, cols[name])
		}
		parts = append(parts, b)
	}
	spine := &value.Batch{}
	keys := value.NewColumn(value.Scalar(value.Int64), s.rows)
	var asOf []eventtime.Instant
	for range s.rows {
		keys.Append(value.OfInt64(key()))
		asOf = append(asOf, eventtime.Instant(span/2+r.Int64N(span/2)))
	}
	spine.Add("k", keys)
	w := pit.WindowScan{Name: "w", Table: pit.MemTable(parts...), Layout: pit.Layout{Keys: []string{"k"}, Event: "event", Created: "created"}, Spine: []string{"k"}}
	if s.late {
		w.Availability.Rule = eventtime.ByCreatedTime
	}
	if s.ids {
		w.EventID = "id"
	}
	float := value.Scalar(value.Float64)
	for _, f := range s.functions {
		for _, l := range s.lengths {
			w.Features = append(w.Features, pit.WindowFeature{
				Name: fmt.Sprintf("%s_%d", f, l), Spec: agg.Spec{Function: f, Input: float}, Column: "x", Window: eventtime.Window{Length: l},
			})
		}
	}
	if s.rich {
		week := eventtime.Window{Length: 7 * eventtime.Day, Offset: eventtime.Hour, Hop: eventtime.Minute}
		w.Features = append(w.Features,
			pit.WindowFeature{Name: "mean", Spec: agg.Spec{Function: agg.Mean, Input: float}, Column: "x", Window: week},
			pit.WindowFeature{Name: "stddev", Spec: agg.Spec{Function: agg.StddevSamp, Input: float}, Column: "x", Window: week},
			pit.WindowFeature{Name: "distinct", Spec: agg.Spec{Function: agg.CountDistinct, Input: float}, Column: "x", Window: week},
			pit.WindowFeature{Name: "last", Spec: agg.Spec{Function: agg.LastN, Input: float, N: 5}, Column: "x", Window: week},
			pit.WindowFeature{Name: "newest", Spec: agg.Spec{Function: agg.Min, Input: float}, Column: "x", Last: 20},
		)
	}
	return &pit.Plan{Spine: pit.Spine{Columns: spine, AsOf: asOf}, Windows: []pit.WindowScan{w}}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestEvalWindowsIsNaiveWindowsOnManyRows compares both on keys with many rows, among them one that has most.
func TestEvalWindowsIsNaiveWindowsOnManyRows(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]windowSet{
		"in time":         {},
		"late":            {late: true},
		"repeated":        {ids: true},
		"late, repeated":  {late: true, ids: true},
		"a hot key, late": {hot: 0.5, late: true, ids: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shape := row17(2000, 200)
			if s.ids {
				shape = row17(500, 100) // the oracle compares all rows of a key with all
			}
			shape.rich, shape.keys, shape.parts = true, 10, 7
			shape.hot, shape.late, shape.ids = s.hot, s.late, s.ids
			p := shape.plan()
			wantNaive(t, p)
		})
	}
}

// wantNaive evaluates windows, compares them with what the oracle answers, and returns them.
func wantNaive(t *testing.T, p *pit.Plan) []pit.WindowResult {
	t.Helper()
	want, err := pit.NaiveWindows(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pit.EvalWindows(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pittest.SameWindows(got, want); err != nil {
		t.Error(err)
	}
	return got
}

// TestAHotKeyCostsWhatManyKeysCost gives a fifth of all rows, or all of them, to one key, which must not make the work grow
// with the product of its events and entity rows: that would be a hundred times as much here.
func TestAHotKeyCostsWhatManyKeysCost(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	for _, late := range []bool{false, true} {
		s := row17(60_000, 6_000)
		s.rich, s.late = true, late
		even, evenBytes := cost(t, s)
		for _, hot := range []float64{0.2, 1} {
			s.hot = hot
			got, bytes := cost(t, s)
			t.Logf("late %t: %v and %d MB without a hot key, %v and %d MB with one of %.0f %%", late, even, evenBytes>>20, got, bytes>>20, 100*hot)
			if got > 10*even || bytes > 2*evenBytes {
				t.Errorf("late %t: a key of %.0f %% makes it %v and %d bytes, without it is %v and %d", late, 100*hot, got, bytes, even, evenBytes)
			}
		}
	}
}

// cost returns the time that windows take, at best of three, and the bytes that they allocate.
func cost(t *testing.T, s windowSet) (best time.Duration, bytes uint64) {
	p := s.plan()
	best = time.Duration(1 << 62)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		if _, err := pit.EvalWindows(t.Context(), p, &pit.EvalOptions{Workers: 1}); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(begin))
		runtime.ReadMemStats(&after)
		bytes = after.TotalAlloc - before.TotalAlloc
	}
	return best, bytes
}

func TestCancellingEndsWindows(t *testing.T) {
	t.Parallel()
	for _, column := range []string{"event", "x"} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		p := row17(4000, 300).plan()
		var parts table
		for _, part := range p.Windows[0].Table.Parts() {
			parts = append(parts, fickle{part, column, func() error { cancel(); return nil }})
		}
		p.Windows[0].Table = parts
		if _, err := pit.EvalWindows(ctx, p, nil); errs.CodeOf(err) != errs.Canceled {
			t.Errorf("%s: got %v, want Canceled", column, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pit.NaiveWindows(ctx, row17(400, 30).plan()); errs.CodeOf(err) != errs.Canceled {
		t.Errorf("NaiveWindows: got %v, want Canceled", err)
	}
}

// BenchmarkEvalWindows has the shape of row 17 at a fiftieth of its size.
func BenchmarkEvalWindows(b *testing.B) {
	for _, late := range []bool{false, true} {
		b.Run(fmt.Sprintf("late=%t", late), func(b *testing.B) {
			s := row17(400_000, 20_000)
			s.late = late
			p := s.plan()
			b.ResetTimer()
			for b.Loop() {
				if _, err := pit.EvalWindows(b.Context(), p, nil); err != nil {
					b.Fatal(err)
				}
			}
			perOp := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			b.ReportMetric(perOp/float64(s.rows), "ns/row")
			b.ReportMetric(perOp/float64(s.events), "ns/event")
		})
	}
}
