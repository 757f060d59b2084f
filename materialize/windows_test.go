package materialize_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// windowSet returns definitions of a window view "v" over events with the columns f and g.
func windowSet(refresh, delay eventtime.Duration, features ...feature.Aggregation) *feature.Set {
	set := storetest.Set("created")
	v := set.Views[0]
	v.Refresh, v.Delay, v.Aggregations = refresh, delay, features
	v.Inputs = []value.Field{{Name: "f", Type: value.Scalar(value.Int64)}, {Name: "g", Type: value.Scalar(value.String)}}
	if err := feature.Complete(set); err != nil {
		panic(err)
	}
	return set
}

// refs returns references to all features of the view.
func refs(set *feature.Set) []string {
	var out []string
	for _, f := range set.Views[0].Schema {
		out = append(out, "v:"+f.Name)
	}
	return out
}

// An ask is an online read of one key at a moment.
type ask struct {
	key string
	at  eventtime.Instant
}

// reads answers asks of one moment, as texts per feature and key.
func reads(t rapid.TB, r *storetest.Rig, features []string, asks []ask) map[string]string {
	t.Helper()
	keys := make([]string, len(asks))
	for i, a := range asks {
		keys[i] = a.key
	}
	res, err := r.Store.Online(context.Background(), &truepoint.OnlineRequest{Entities: []input.Column{input.FromTexts("k", keys)}, Features: features, AsOf: asks[0].at})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, c := range res.Columns {
		for i, a := range asks {
			out[fmt.Sprint(c.Name, a)] = cellText(c.Cells[i].Status, c.Cells[i].Value, c.Cells[i].Event)
		}
	}
	return out
}

// joined answers asks offline.
func joined(t rapid.TB, r *storetest.Rig, features []string, asks []ask, req truepoint.HistoricalRequest) map[string]string {
	t.Helper()
	k, at := value.NewColumn(value.Scalar(value.String), 0), value.NewColumn(value.Scalar(value.UnixTimestamp), 0)
	for _, a := range asks {
		k.Append(value.OfString(a.key))
		at.Append(value.OfInstant(a.at))
	}
	req.Spine, req.Features = &value.Batch{}, features
	req.Spine.Add("k", k)
	req.Spine.Add("event_timestamp", at)
	res, err := r.Store.Historical(context.Background(), &req)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range res.Features {
		for i, a := range asks {
			out[fmt.Sprint(f.Name, a)] = cellText(f.Status[i], res.Batch.Column(f.Name).At(i), f.Event[i])
		}
	}
	return out
}

// cellText tells a cell; the moment of a value that is not there does not matter.
func cellText(s value.Status, v value.Value, event eventtime.Instant) string {
	if s != value.Present && s != value.NullValue {
		event = eventtime.None
	}
	return fmt.Sprintf("%s %s of %s", s, jsonvalue.AppendOwn(nil, v), event)
}

func drawAggregations(t *rapid.T) []feature.Aggregation {
	all := []feature.Aggregation{
		{Name: "n", Function: "count", Window: 4 * tick},
		{Name: "total", Function: "sum", Column: "f", Window: 2 * tick, Offset: tick},
		{Name: "mean", Function: "mean", Column: "f", Window: 6 * tick, Hop: 2 * tick},
		{Name: "newest", Function: "last", Column: "g", Window: 5 * tick},
		{Name: "few", Function: "last_n", N: 2, Column: "f", Window: 3 * tick, Where: "f > 20"},
		{Name: "parts", Function: "count", By: "g", Window: 4 * tick},
		{Name: "ever", Function: "max", Column: "f", Lifetime: true},
		{Name: "recent", Function: "count_distinct", Column: "f", Last: 3},
	}
	if !rapid.Bool().Draw(t, "unbounded") {
		all = all[:6]
	}
	from := rapid.IntRange(0, len(all)-1).Draw(t, "from")
	return all[from:]
}

// Reads at the instant of the last run agree with the join there, whatever runs came before: late rows come in, windows
// that became empty are written as empty (design/semantics.md 5.7).
func TestSnapshotsAreTheJoin(t *testing.T) {
	t.Parallel()
	present, emptied := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(rt)
		src := w.set.Sources[0]
		set := windowSet(tick*eventtime.Duration(rapid.IntRange(1, 4).Draw(rt, "refresh")), tick*eventtime.Duration(rapid.IntRange(0, 2).Draw(rt, "wait")), drawAggregations(rt)...)
		asked := refs(set) // or one alone, whose status depends on the windows of the others too
		if rapid.Bool().Draw(rt, "alone") {
			asked = []string{rapid.SampledFrom(asked).Draw(rt, "asked")}
		}
		set.Sources[0].Availability, set.Sources[0].TieBreak = src.Availability, src.TieBreak
		if rapid.Bool().Draw(rt, "ids") {
			set.Sources[0].EventID = "n"
		}
		r := storetest.New(t, w.at, nil)
		defer r.Store.Close()
		r.Offline.Put("src", w.parts...)
		r.Apply(t, set)
		for range rapid.IntRange(0, 3).Draw(rt, "runs before") {
			mode := rapid.SampledFrom([]materialize.Mode{materialize.Interval, materialize.Incremental}).Draw(rt, "mode")
			end := min(w.at, drawInstant(rt, "end"))
			r.Materialize(t, &truepoint.MaterializeRequest{Mode: mode, Start: min(end, drawInstant(rt, "start")), End: end})
		}
		r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Incremental, End: w.at, ChunkRows: rapid.IntRange(0, 2).Draw(rt, "chunk")})
		var asks []ask
		for _, k := range w.keys {
			asks = append(asks, ask{k, w.at})
		}
		engine := rapid.SampledFrom([]historical.Engine{historical.Fast, historical.Naive}).Draw(rt, "engine")
		got, want := reads(rt, r, asked, asks), joined(rt, r, asked, asks, truepoint.HistoricalRequest{Engine: engine})
		for cell := range want {
			if got[cell] != want[cell] {
				rt.Fatalf("%s: online %s, offline %s", cell, got[cell], want[cell])
			}
			if want[cell][0] == 'P' {
				present++
			} else {
				emptied++
			}
		}
	})
	if !t.Failed() && (present < 100 || emptied < 100) {
		t.Errorf("the random worlds were too easy: %d cells with a value, %d without", present, emptied)
	}
}

// lateDays are the days that TestTrainingSeesWhatJobsServed simulates.
const lateDays = 90

// A daily is rows of an event stream of 90 days: half of them late, by hours or days, and keys that fall silent.
func daily(rng *rand.Rand) *value.Batch {
	b := storetest.Batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:String"})
	for day := range lateDays {
		for _, key := range []string{"a", "b", "c", "d"} {
			if key > "b" && day%20 > 4 { // silent for fifteen days: the windows become empty
				continue
			}
			for range rng.IntN(3) {
				event := storetest.Day.Add(eventtime.Duration(day)*eventtime.Day + eventtime.Duration(rng.Int64N(int64(eventtime.Day))))
				late := eventtime.Duration(rng.Int64N(int64(eventtime.Minute)))
				if rng.IntN(2) == 0 {
					late = eventtime.Duration(rng.Int64N(int64(3 * eventtime.Day)))
				}
				for i, v := range []value.Value{
					value.OfString(key), value.OfInstant(event), value.OfInstant(event.Add(late)), value.OfInt64(rng.Int64N(100)), value.OfString(string(rune('p' + rng.IntN(3)))),
				} {
					b.Columns[i].Append(v)
				}
				b.Rows++
			}
		}
	}
	return b
}

// createdBy returns the rows of b that exist at a moment.
func createdBy(b *value.Batch, at eventtime.Instant) *value.Batch {
	out := &value.Batch{}
	for i, c := range b.Columns {
		to := value.NewColumn(c.Type, 0)
		for row := range b.Rows {
			if b.Column("created").Instant(row) <= at {
				to.Append(c.At(row))
			}
		}
		out.Add(b.Names[i], to)
	}
	return out
}

// lateFor reports whether a row of the key came later than the job of the snapshot that an ask has.
func lateFor(b *value.Batch, a ask, refresh, delay eventtime.Duration) bool {
	of := eventtime.SnapshotAt(a.at, refresh, delay)
	for i := range b.Rows {
		if b.Column("k").At(i).Text() == a.key && b.Column("event").Instant(i) <= of && b.Column("created").Instant(i) > of.Add(delay) {
			return true
		}
	}
	return false
}

// Over 90 days of jobs, late rows and windows that become empty, a training set that honours created times equals what was
// served, cell by cell; without it every difference comes from a late row.
func TestTrainingSeesWhatJobsServed(t *testing.T) {
	t.Parallel()
	const seed = 5
	rng := rand.New(rand.NewPCG(seed, seed))
	refresh, delay := 12*eventtime.Hour, 20*eventtime.Minute
	set := windowSet(refresh, delay,
		feature.Aggregation{Name: "n", Function: "count", Window: 3 * eventtime.Day},
		feature.Aggregation{Name: "mean", Function: "mean", Column: "f", Window: 7 * eventtime.Day, Offset: eventtime.Day},
		feature.Aggregation{Name: "parts", Function: "sum", Column: "f", By: "g", Window: 2 * eventtime.Day, Where: "f > 10"},
		feature.Aggregation{Name: "newest", Function: "last", Column: "f", Window: 5 * eventtime.Day},
	)
	history := daily(rng)
	r := storetest.New(t, storetest.Day, nil)
	r.Apply(t, set)
	served, asks := map[string]string{}, []ask{}
	for of := storetest.Day.Add(refresh); of < storetest.Day.Add(lateDays*eventtime.Day); of = of.Add(refresh) {
		r.Clock.Set(of.Add(delay))
		r.Offline.Put("src", createdBy(history, of.Add(delay)))
		r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Incremental, End: of.Add(delay)})
		at := of.Add(delay + eventtime.Duration(rng.Int64N(int64(refresh))))
		r.Clock.Set(at)
		var now []ask
		for _, k := range []string{"a", "b", "c", "d", "e"} {
			now = append(now, ask{k, at})
		}
		for cell, text := range reads(t, r, refs(set), now) {
			served[cell] = text
		}
		asks = append(asks, now...)
	}
	r.Offline.Put("src", history)
	honest := joined(t, r, refs(set), asks, truepoint.HistoricalRequest{Known: pit.KnownAtAsOf})
	naive := joined(t, r, refs(set), asks, truepoint.HistoricalRequest{})
	late, unexplained, silent := 0, 0, 0
	for _, a := range asks {
		for _, f := range set.Views[0].Schema {
			cell := fmt.Sprint(f.Name, a)
			if served[cell] != honest[cell] {
				t.Errorf("seed %d, %s: served %s, with known_at as_of %s", seed, cell, served[cell], honest[cell])
			}
			if served[cell][:9] == "NOT_FOUND" {
				silent++
			}
			switch {
			case served[cell] == naive[cell]:
			case lateFor(history, a, refresh, delay):
				late++
			default:
				unexplained++
				t.Errorf("seed %d, %s: served %s, without known_at %s, and no row was late", seed, cell, served[cell], naive[cell])
			}
		}
	}
	t.Logf("%d cells, %d differ without known_at, all late; %d of empty windows", len(asks)*4, late, silent)
	if late == 0 || silent < 100 {
		t.Errorf("the history was too easy: %d late cells, %d of empty windows", late, silent)
	}
}

func TestWindowRunWritesTheNewestInstantOnce(t *testing.T) {
	t.Parallel()
	set := windowSet(eventtime.Hour, 10*eventtime.Minute, feature.Aggregation{Name: "n", Function: "count", Window: 2 * eventtime.Hour})
	r := storetest.New(t, noon, nil)
	r.Apply(t, set)
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:String"},
		[]any{"a", noon.Add(-150 * eventtime.Minute), noon.Add(-150 * eventtime.Minute), 1, "x"},
		[]any{"b", noon.Add(-30 * eventtime.Minute), noon.Add(-30 * eventtime.Minute), 1, "x"},
		[]any{"b", noon.Add(-20 * eventtime.Minute), noon.Add(-20 * eventtime.Minute), 1, "x"}))
	run := func(mode materialize.Mode, end eventtime.Instant) *truepoint.Run {
		return r.Materialize(t, &truepoint.MaterializeRequest{Mode: mode, Start: end, End: end})["v"]
	}
	first := run(materialize.Incremental, noon.Add(-5*eventtime.Minute)) // 11:00, usable from 11:10
	if of := noon.Add(-eventtime.Hour); first.Select.ValuesOf != of || first.Watch.After != of || first.Written != 1 || first.Start != of.Add(-2*eventtime.Hour)+1 {
		t.Errorf("the first run: %+v", first)
	}
	if again := run(materialize.Incremental, noon); again.Select.ValuesOf != eventtime.None || again.Read != 0 || again.Written != 0 || again.Status != materialize.Complete {
		t.Errorf("nothing was due at 12:00, before 12:10: %+v", again)
	}
	r.Clock.Add(eventtime.Second) // what is read later is the greater version
	if again := run(materialize.Interval, noon); again.Written != 1 || again.Select.ValuesOf != first.Select.ValuesOf {
		t.Errorf("an interval repeats the instant: %+v", again)
	}
	r.Clock.Set(noon.Add(10 * eventtime.Minute))
	next := run(materialize.Incremental, noon.Add(10*eventtime.Minute))
	if next.Select.ValuesOf != noon || next.Written != 2 || next.Watch.Before != first.Watch.After {
		t.Errorf("the next run writes b, and a as empty: %+v", next)
	}
	older := run(materialize.Interval, noon.Add(-5*eventtime.Minute))
	if older.Select.ValuesOf != eventtime.None || older.Written != 0 || older.Watch.After != noon {
		t.Errorf("an earlier instant is not due any more: %+v", older)
	}
}

func TestWindowRunContinuesAtItsCheckpoint(t *testing.T) {
	t.Parallel()
	r, g := rig(t, 20)
	set := windowSet(eventtime.Hour, 0, feature.Aggregation{Name: "n", Function: "count", Window: 2 * eventtime.Hour})
	set.Sources[0].CreatedTimestampColumn = ""
	set.Views[0].Name = "windows"
	r.Apply(t, set)
	g.on(func(n int) error {
		if n == 3 {
			return errs.New(errs.Internal, "gone")
		}
		return nil
	})
	req := &truepoint.MaterializeRequest{Mode: materialize.Incremental, End: noon, ChunkRows: 5, Views: []string{"windows"}}
	if _, err := r.Store.Materialize(t.Context(), req); errs.CodeOf(err) != errs.Internal {
		t.Fatalf("got %v", err)
	}
	g.on(func(int) error { return nil })
	r.Clock.Add(2 * eventtime.Hour) // the run goes on with the instant that it began with
	run := r.Materialize(t, req)["windows"]
	if run.Resumed != 1 || run.Written != 20 || run.Select.ValuesOf != noon {
		t.Errorf("got %+v", run)
	}
}

func TestTemporalWindowsAreNotMaterialized(t *testing.T) {
	t.Parallel()
	set := windowSet(0, 0, feature.Aggregation{Name: "n", Function: "count", Window: eventtime.Hour})
	set.Views[0].Online = false
	r := storetest.New(t, noon, nil)
	r.Apply(t, set)
	_, err := r.Store.Materialize(t.Context(), &truepoint.MaterializeRequest{Mode: materialize.Incremental, End: noon, Views: []string{"v"}})
	if errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("got %v", err)
	}
}
