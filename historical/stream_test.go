package historical_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A spineTable is entity rows in parts, which counts what is read.
type spineTable struct {
	pit.Table
	fields []value.Field
}

func (s spineTable) Fields() []value.Field { return s.fields }

func tableOf(parts ...*value.Batch) spineTable {
	return spineTable{pit.MemTable(parts...), parts[0].Fields()}
}

// history fills the rig's source with rows of few keys, some created late.
func history(rng *rand.Rand, r *storetest.Rig) {
	var rows [][]any
	for i := range 200 {
		event := noon - eventtime.Instant(rng.Int64N(50))
		rows = append(rows, []any{string(rune('a' + rng.IntN(6))), event, event + eventtime.Instant(rng.Int64N(30)), i, fmt.Sprint("g", i%7)})
	}
	r.Offline.Put("src", batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:String"}, rows...))
}

func someSpine(rng *rand.Rand, rows int) *value.Batch {
	var out [][]any
	for i := range rows {
		out = append(out, []any{i, string(rune('a' + rng.IntN(8))), noon - eventtime.Instant(rng.Int64N(60))})
	}
	return spine(out...)
}

func TestChunksOfEntityRowsGiveTheAnswerOfTheWhole(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	r := rig(t, func(set *feature.Set) {
		set.Views[0].TTL = 20
		absent := "7"
		set.Views[0].Schema[0].Default = &feature.Default{Absent: &absent}
	})
	for _, rows := range []int{0, 1, 37} {
		history(rng, r)
		all := someSpine(rng, rows)
		req := truepoint.HistoricalRequest{Spine: all, Features: []string{"v:g", "v:f"}, Leaks: true, Ages: true, LeaksMax: 1 << 20}
		want, err := r.Store.Historical(t.Context(), &req)
		if err != nil {
			t.Fatal(err)
		}
		cut := rng.IntN(rows + 1)
		for _, memory := range []int64{1, 1000, 2500, 5000, 1 << 20} {
			for name, change := range map[string]func(*truepoint.HistoricalRequest){
				"in memory": func(*truepoint.HistoricalRequest) {},
				"one part":  func(q *truepoint.HistoricalRequest) { q.Spine, q.SpineTable = nil, tableOf(all) },
				"three parts": func(q *truepoint.HistoricalRequest) {
					q.Spine, q.SpineTable = nil, tableOf(all.Slice(0, cut), all.Slice(cut, cut), all.Slice(cut, rows))
				},
			} {
				with := req
				with.MemoryMax = memory
				change(&with)
				got, err := r.Store.Historical(t.Context(), &with)
				if err != nil {
					t.Fatal(err)
				}
				if d := differs(got, want); d != "" {
					t.Errorf("%d rows, %s, %d bytes: %s", rows, name, memory, d)
				}
			}
		}
	}
}

// sourceOf returns what joins of the rig work on.
func sourceOf(t *testing.T, r *storetest.Rig) historical.Source {
	set, rev, err := r.Store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return historical.Source{Set: set, Revision: rev, Offline: r.Offline}
}

// differs says in what two results differ.
func differs(got, want *historical.Result) string {
	for i, c := range want.Batch.Columns {
		for row := range want.Batch.Rows {
			if !got.Batch.Columns[i].At(row).Identical(c.At(row)) {
				return fmt.Sprintf("column %q, row %d: got %v, want %v", want.Batch.Names[i], row, got.Batch.Columns[i].At(row), c.At(row))
			}
		}
	}
	if len(got.Leaks.First) != len(want.Leaks.First) { // their order is by chunk
		return fmt.Sprintf("%d leaks are told, want %d", len(got.Leaks.First), len(want.Leaks.First))
	}
	for _, sides := range [][2]any{
		{got.Batch.Rows, want.Batch.Rows}, {got.Rows, want.Rows}, {got.Views, want.Views}, {got.Sources, want.Sources},
		{got.Leaks.Cells, want.Leaks.Cells}, {got.Leaks.Changed, want.Leaks.Changed}, {got.Leaks.Rows, want.Leaks.Rows},
		{fmt.Sprint(got.AsOf), fmt.Sprint(want.AsOf)},
	} {
		if !reflect.DeepEqual(sides[0], sides[1]) {
			return fmt.Sprintf("got %+v, want %+v", sides[0], sides[1])
		}
	}
	for i, f := range want.Features {
		g := got.Features[i]
		if fmt.Sprint(f.Name, f.Status, f.Event, f.Defaulted) != fmt.Sprint(g.Name, g.Status, g.Event, g.Defaulted) {
			return fmt.Sprintf("got feature %+v, want %+v", g, f)
		}
	}
	return ""
}

func TestFaultsInAnyChunkAreToldWithTheirRowsBeforeAnythingIsDelivered(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	src := sourceOf(t, r)
	for name, c := range map[string]struct {
		rows *value.Batch
		want string
	}{
		"null": {spine([]any{1, "a", noon}, []any{1, "a", noon}, []any{1, nil, noon}, []any{1, "b", nil}, []any{1, nil, noon}), "null in row 3, 5"},
		"text": {batch([]string{"k:String", "event_timestamp:String"}, []any{"a", "2026-03-12T12:00:00Z"}, []any{"a", "x"}, []any{"a", "y"}), "row 2, 3"},
		"type": {batch([]string{"k:Float64", "event_timestamp:UnixTimestamp"}, []any{1.0, noon}, []any{1.5, noon}), "row"},
	} {
		for _, memory := range []int64{1, 0} {
			for _, req := range []*historical.Request{{Spine: c.rows}, {SpineTable: tableOf(c.rows)}} {
				req.Features, req.MemoryMax = []string{"v:f"}, memory
				_, err := historical.Stream(t.Context(), src, req, func(*historical.Result) error {
					return errors.New("delivered")
				})
				if errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s, %d bytes: got %v, want %q", name, memory, err, c.want)
				}
			}
		}
	}
}

func TestAnErrorOfTheReceiverEndsTheStream(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	full, calls := errors.New("the disk is full"), 0
	_, err := historical.Stream(t.Context(), sourceOf(t, r), &historical.Request{
		Spine: spine([]any{1, "a", noon}, []any{2, "b", noon}, []any{3, "b", noon}), Features: []string{"v:f"}, MemoryMax: 1,
	}, func(res *historical.Result) error {
		if calls++; calls == 2 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || calls != 2 {
		t.Errorf("got %v after %d calls", err, calls)
	}
}

func TestProgressOfChunksEndsAtItsTotal(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	var mu sync.Mutex
	var last, total int64
	_, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: spine([]any{1, "a", noon}, []any{2, "b", noon}, []any{3, "b", noon}), Features: []string{"v:f"}, MemoryMax: 1, Leaks: true,
		Progress: func(done, of int64) {
			mu.Lock()
			defer mu.Unlock()
			if done < last || total != 0 && of != total {
				t.Errorf("from %d of %d to %d of %d", last, total, done, of)
			}
			last, total = done, of
		},
	})
	if err != nil || last != total || total != 3*2*2*4 {
		t.Errorf("got %d of %d, want %d: %v", last, total, 3*2*2*4, err)
	}
}

// TestCancelEndsAJoinInTime cancels joins of 200,000 rows, as soon as they read and as soon as they deliver. Of five
// joins the quickest to end counts, so that a busy machine fails no test.
func TestCancelEndsAJoinInTime(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	rng := rand.New(rand.NewPCG(1, 1))
	history(rng, r)
	rows := someSpine(rng, 200_000)
	for _, reading := range []bool{true, false} {
		quickest := time.Hour
		for range 5 {
			ctx, cancel := context.WithCancel(t.Context())
			var canceled time.Time
			var once sync.Once
			stop := func() {
				once.Do(func() {
					canceled = time.Now()
					cancel()
				})
			}
			req := &truepoint.HistoricalRequest{Spine: rows, Features: []string{"v:f", "v:g"}, Leaks: true, Ages: true, Progress: func(int64, int64) {
				if reading {
					stop()
				}
			}}
			delivered := 0
			_, err := r.Store.StreamHistorical(ctx, req, func(*truepoint.HistoricalResult) error {
				delivered++
				stop()
				return nil
			})
			quickest = min(quickest, time.Since(canceled))
			if !errors.Is(err, context.Canceled) && errs.CodeOf(err) != errs.Canceled || reading && delivered > 0 || delivered > 1 {
				t.Errorf("reading: %v: got %v after %d runs", reading, err, delivered)
			}
			cancel()
		}
		if quickest > 100*time.Millisecond {
			t.Errorf("reading: %v: the join ended %s after the cancel, at most 100 ms are allowed", reading, quickest)
		}
	}
}

func TestMomentsOfAllRowsAreToldBeforeAResult(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	rows := spine([]any{1, "a", noon}, []any{2, "b", noon - 9}, []any{3, "b", nil}, []any{4, "c", noon - 1})
	for name, req := range map[string]*historical.Request{
		"one chunk": {Spine: rows}, "chunks": {Spine: rows, MemoryMax: 1}, "a table": {SpineTable: tableOf(rows), MemoryMax: 1}, "a small table": {SpineTable: tableOf(rows)},
	} {
		var told []eventtime.Instant
		req.Features, req.OnNull = []string{"v:f"}, historical.NullFeatures
		req.Moments = func(asOf []eventtime.Instant) error {
			told = append(told, asOf...)
			return nil
		}
		_, err := historical.Stream(t.Context(), sourceOf(t, r), req, func(*historical.Result) error {
			if want := []eventtime.Instant{noon, noon - 9, eventtime.None, noon - 1}; !slices.Equal(told, want) {
				t.Errorf("%s: got %v, want %v", name, told, want)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		full := errors.New("no room")
		req.Moments = func([]eventtime.Instant) error { return full }
		if _, err := historical.Stream(t.Context(), sourceOf(t, r), req, func(*historical.Result) error { return nil }); !errors.Is(err, full) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
