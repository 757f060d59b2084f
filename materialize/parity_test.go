package materialize_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

// A world is a random view with a random history: few keys and instants, so that ties and edges are common.
type world struct {
	set   *feature.Set
	parts []*value.Batch
	at    eventtime.Instant
	keys  []string
}

// tick is the grid of random instants.
const tick = 10 * eventtime.Minute

func drawInstant(t *rapid.T, label string) eventtime.Instant {
	i := noon.Add(-tick * eventtime.Duration(rapid.IntRange(-2, 12).Draw(t, label)))
	return i + eventtime.Instant(rapid.SampledFrom([]int{0, 0, 0, -1, 1}).Draw(t, label+"µs"))
}

// A coverage counts what the random worlds of a property contained, so that it does not hold for want of hard cases.
type coverage struct {
	rows, ties, nullCreated int // rows of histories; of them tied with another on key and event; without created time
	cells, edges            int // answers under a ttl; of them exactly ttl old
}

// add counts w and the event times that answer at w.at.
func (c *coverage) add(w *world, event []eventtime.Instant) {
	same := map[string]int{}
	for _, p := range w.parts {
		for i := range p.Rows {
			c.rows++
			same[fmt.Sprint(p.Columns[0].At(i), p.Columns[1].At(i))]++
			if p.Columns[createdAt].Null(i) {
				c.nullCreated++
			}
		}
	}
	for _, n := range same {
		if n > 1 {
			c.ties += n
		}
	}
	for _, at := range event {
		if w.set.Views[0].TTL == 0 || at == eventtime.None {
			continue
		}
		c.cells++
		if at.Add(w.set.Views[0].TTL) == w.at {
			c.edges++
		}
	}
}

// check demands a fifth of the rows tied on event time, a tenth without created time, and a tenth of the answers with a
// ttl exactly at its end.
func (c *coverage) check(t *testing.T) {
	t.Logf("%+v", *c)
	if t.Failed() {
		return
	}
	if c.ties*5 < c.rows || c.nullCreated*10 < c.rows || c.edges*10 < c.cells || c.cells == 0 {
		t.Errorf("the random worlds were too easy: %+v", *c)
	}
}

func drawWorld(t *rapid.T) *world {
	w := &world{at: noon}
	w.set = storetest.Set("created", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}, feature.Field{Name: "g", Type: value.Scalar(value.String)})
	w.set.Views[0].TTL = eventtime.Duration(rapid.IntRange(0, 4).Draw(t, "ttl")) * tick
	src := w.set.Sources[0]
	src.DeletedColumn = "deleted"
	if rapid.Bool().Draw(t, "tie_break") {
		src.TieBreak = []string{"n"}
	}
	switch rapid.IntRange(0, 2).Draw(t, "availability") {
	case 1:
		src.Availability.Rule = eventtime.ByCreatedTime
	case 2:
		src.Availability = eventtime.Availability{Rule: eventtime.ByDelay, Delay: tick * eventtime.Duration(rapid.IntRange(0, 3).Draw(t, "delay"))}
	}
	for range rapid.IntRange(1, 3).Draw(t, "parts") {
		w.parts = append(w.parts, drawPart(t, noon.Add(-w.set.Views[0].TTL)))
	}
	w.keys = []string{"a", "b", "c", "d"}
	return w
}

// createdAt is the place of the created time among the columns of a part.
const createdAt = 2

// drawPart draws a file of a history, some of whose rows happen at the instant edge.
func drawPart(t *rapid.T, edge eventtime.Instant) *value.Batch {
	types := []value.Field{
		{Name: "k", Type: value.Scalar(value.String)}, {Name: "event", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "created", Type: value.Scalar(value.UnixTimestamp)}, {Name: "deleted", Type: value.Scalar(value.Bool)},
		{Name: "n", Type: value.Scalar(value.Int64)}, {Name: "f", Type: value.Scalar(value.Int64)}, {Name: "g", Type: value.Scalar(value.String)},
	}
	b := &value.Batch{}
	for _, f := range types {
		b.Add(f.Name, value.NewColumn(f.Type, 0))
	}
	for range rapid.IntRange(0, 25).Draw(t, "rows") {
		event := drawInstant(t, "event")
		if rapid.IntRange(0, 5).Draw(t, "at the edge") == 0 {
			event = edge
		}
		cells := []value.Value{
			value.OfString(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "k")), value.OfInstant(event),
			value.OfInstant(event.Add(tick * eventtime.Duration(rapid.IntRange(0, 3).Draw(t, "lag")))),
			value.OfBool(rapid.IntRange(0, 9).Draw(t, "deleted") == 0),
			value.OfInt64(int64(rapid.IntRange(0, 3).Draw(t, "n"))), value.OfInt64(int64(rapid.IntRange(0, 99).Draw(t, "f"))),
			value.OfString(rapid.SampledFrom([]string{"", "x", "ü"}).Draw(t, "g")),
		}
		for i, v := range cells {
			if n := rapid.IntRange(0, 9).Draw(t, "null"); n == 0 || n == 1 && i == createdAt {
				v = value.Value{}
			}
			b.Columns[i].Append(v)
		}
		b.Rows++
	}
	return b
}

// open applies the world to a new rig.
func (w *world) open(t *testing.T) *storetest.Rig {
	r := storetest.New(t, w.at, nil)
	r.Offline.Put("src", w.parts...)
	r.Apply(t, w.set)
	return r
}

// joined answers all keys of w at w.at by the oracle, as texts of status and value per feature and key. seen, unless it
// is nil, counts the world and its answers.
func (w *world) joined(t *rapid.T, r *storetest.Rig, seen *coverage) map[string]string {
	spine := &value.Batch{}
	k, at := value.NewColumn(value.Scalar(value.String), 0), value.NewColumn(value.Scalar(value.UnixTimestamp), 0)
	for _, key := range w.keys {
		k.Append(value.OfString(key))
		at.Append(value.OfInstant(w.at))
	}
	spine.Add("k", k)
	spine.Add("event_timestamp", at)
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: spine, Features: []string{"v:f", "v:g"}, Engine: historical.Naive})
	if err != nil {
		t.Fatal(err)
	}
	if seen != nil {
		seen.add(w, res.Features[0].Event)
	}
	out := map[string]string{}
	for _, f := range res.Features {
		c := res.Batch.Column(f.Name)
		for i, key := range w.keys {
			out[f.Name+" of "+key] = fmt.Sprintf("%v %v %v", f.Status[i], c.At(i), f.Field.Name)
		}
	}
	return out
}

// served answers the same online.
func (w *world) served(t *rapid.T, r *storetest.Rig) map[string]string {
	res, err := r.Store.Online(t.Context(), &truepoint.OnlineRequest{
		Entities: []input.Column{input.FromTexts("k", w.keys)}, Features: []string{"v:f", "v:g"}, AsOf: w.at,
	})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, c := range res.Columns {
		for i, key := range w.keys {
			out[c.Name+" of "+key] = fmt.Sprintf("%v %v %v", c.Cells[i].Status, c.Cells[i].Value, c.Field.Name)
		}
	}
	return out
}

func same(t *rapid.T, got, want map[string]string) {
	for cell, w := range want {
		if got[cell] != w {
			t.Fatalf("%s: online %s, offline %s", cell, got[cell], w)
		}
	}
}

func TestMaterializeThenReadIsTheJoin(t *testing.T) {
	t.Parallel()
	var seen coverage
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(rt)
		r := w.open(t)
		defer r.Store.Close()
		r.Materialize(t, &truepoint.MaterializeRequest{
			Mode: materialize.Interval, Start: eventtime.Min, End: w.at, ChunkRows: rapid.IntRange(0, 2).Draw(rt, "chunk"),
		})
		same(rt, w.served(rt, r), w.joined(rt, r, &seen))
	})
	seen.check(t)
}

func TestAnyPartitionIntoRunsGivesTheSameAnswers(t *testing.T) {
	t.Parallel()
	var seen coverage
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(rt)
		r := w.open(t)
		defer r.Store.Close()
		start := eventtime.Min
		cuts := rapid.SliceOfN(rapid.IntRange(0, 14), 0, 4).Draw(rt, "cuts")
		for i := 14; i >= 0; i-- {
			for _, c := range cuts {
				if c == i {
					end := noon.Add(-tick * eventtime.Duration(i))
					r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: start, End: end})
					start = end
					break
				}
			}
		}
		// The last run reaches the present. Rows that were not available by an earlier END are left to incremental runs,
		// so it repeats the whole for the two rules under which availability is later than the event.
		if w.set.Sources[0].Availability.Rule != eventtime.ByEventTime {
			start = eventtime.Min
		}
		r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: start, End: w.at})
		same(rt, w.served(rt, r), w.joined(rt, r, &seen))
	})
	seen.check(t)
}

// TestIncrementalRunsHealLateRows grows a history run by run: rows arrive with any event time, and their created time
// is their arrival. Incremental runs must lead to the answers of the join over everything.
func TestIncrementalRunsHealLateRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(rt)
		w.set.Views[0].TTL = 0
		w.parts = []*value.Batch{drawPart(rt, noon)}
		w.at = noon.Add(-6 * tick)
		dateParts(w.parts, w.at)
		r := w.open(t)
		defer r.Store.Close()
		for range rapid.IntRange(1, 4).Draw(rt, "runs") {
			r.Clock.Set(w.at)
			r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Incremental, Start: eventtime.None, End: w.at})
			same(rt, w.served(rt, r), w.joined(rt, r, nil))
			// No two runs read their source in the same microsecond: of rows that tie, the later snapshot wins.
			w.at = w.at.Add(tick*eventtime.Duration(rapid.IntRange(0, 3).Draw(rt, "pause")) + 1)
			late := drawPart(rt, noon)
			dateParts([]*value.Batch{late}, w.at)
			w.parts = append(w.parts, late)
			r.Offline.Put("src", w.parts...)
		}
	})
}

// dateParts makes the created time of every row the instant at, and its event time not later.
func dateParts(parts []*value.Batch, at eventtime.Instant) {
	for _, p := range parts {
		created := value.NewColumn(value.Scalar(value.UnixTimestamp), 0)
		event := value.NewColumn(value.Scalar(value.UnixTimestamp), 0)
		for i := range p.Rows {
			created.Append(value.OfInstant(at))
			v := p.Columns[1].At(i)
			if !v.IsNull() && v.Instant() > at {
				v = value.OfInstant(at)
			}
			event.Append(v)
		}
		p.Columns[1], p.Columns[2] = event, created
	}
}
