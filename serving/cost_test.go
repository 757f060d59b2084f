package serving_test

import (
	"fmt"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/server/onlinejson"
)

// TestAllocationsOfARead bounds what a read and its rendering allocate, which does not vary as times do. It is not
// parallel, because the allocations of other tests would count.
func TestAllocationsOfARead(t *testing.T) {
	r, m := rig(t)
	var all [][]any
	for i := range 100 {
		all = append(all, []any{i, noon - eventtime.Instant(i), i, "text"})
	}
	r.Offline.Put("src", storetest.Batch([]string{"k:Int64", "event:UnixTimestamp", "f:Int64", "g:String"}, all...))
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon})
	for _, c := range []struct{ rows, readMax int }{{1, 50}, {100, 50 + 99*8}} {
		ids := make([]string, c.rows)
		for i := range ids {
			ids[i] = fmt.Sprint(i)
		}
		req := ask("v:f", "v:g", "w:f")
		req.Names = feature.FullNames
		req.Entities = keys(ids...)
		res, err := r.Store.Online(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		m.calls.Store(0)
		const runs = 50
		read := testing.AllocsPerRun(runs, func() {
			if _, err := r.Store.Online(t.Context(), req); err != nil {
				t.Error(err)
			}
		})
		if got := m.calls.Load(); got != runs+1 { // AllocsPerRun warms up once
			t.Errorf("%d rows: %d calls of the store for %d reads of two views, want one each", c.rows, got, runs+1)
		}
		if read > float64(c.readMax) {
			t.Errorf("%d rows: a read allocates %.0f times, want at most %d", c.rows, read, c.readMax)
		}
		buf := make([]byte, 0, 64<<10)
		render := testing.AllocsPerRun(runs, func() { buf = onlinejson.AppendFeast(buf[:0], res) })
		if most := 3 * c.rows; render > float64(most) {
			t.Errorf("%d rows: rendering allocates %.0f times, want at most %d", c.rows, render, most)
		}
		t.Logf("%d rows: a read allocates %.0f times, rendering %.0f times", c.rows, read, render)
	}
}
