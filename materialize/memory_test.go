package materialize_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/value"
)

// heavy counts the cells that all writes under way hold together. The first waits until as many as asked for are there.
type heavy struct {
	online.Driver
	together  int
	mu        sync.Mutex
	met       *sync.Cond
	writes    int // begun
	now, most int // cells
}

func newHeavy(together int) *heavy {
	h := &heavy{Driver: memonline.New(), together: together}
	h.met = sync.NewCond(&h.mu)
	return h
}

func (h *heavy) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	h.mu.Lock()
	h.writes++
	h.now += len(cells)
	h.most = max(h.most, h.now)
	for h.writes < h.together {
		h.met.Wait()
	}
	h.met.Broadcast()
	h.mu.Unlock()
	r, err := h.Driver.PutBatch(ctx, table, cells)
	h.mu.Lock()
	h.now -= len(cells)
	h.mu.Unlock()
	return r, err
}

// wide returns a store with two views of 190 fields of lists over n keys.
func wide(t *testing.T, h *heavy, n int) *storetest.Rig {
	t.Helper()
	const fields = 190
	r := storetest.New(t, noon, func(o *truepoint.Options) { o.Online = h })
	t.Cleanup(func() { r.Store.Close() })
	columns, set := []string{"k:String", "event:UnixTimestamp"}, storetest.Set("")
	for i := range fields {
		name := fmt.Sprint("f", i)
		columns = append(columns, name+":Array(Int64)")
		set.Views[0].Schema = append(set.Views[0].Schema, feature.Field{Name: name, Type: value.ArrayOf(value.Scalar(value.Int64))})
	}
	rows := make([][]any, n)
	for i := range rows {
		rows[i] = make([]any, 2+fields)
		rows[i][0], rows[i][1] = fmt.Sprint(i), noon-1
	}
	r.Offline.Put("src", storetest.Batch(columns, rows...))
	second := *set.Views[0]
	second.Name = "w"
	set.Views = append(set.Views, &second)
	r.Apply(t, set)
	return r
}

// A row of 190 lists counts as 48 kB, so that 64 MiB are some 1,400 of them, whatever the store does.
func TestChunksOfWideRowsAreBoundedByTheirBytesForAllViewsTogether(t *testing.T) {
	t.Parallel()
	for _, parallel := range []int{1, 2} {
		t.Run(fmt.Sprint(parallel), func(t *testing.T) {
			t.Parallel()
			h := newHeavy(parallel)
			r := wide(t, h, 2_000)
			req := whole(0)
			req.Parallel = parallel
			for view, run := range r.Materialize(t, req) {
				if run.Written != 2_000 {
					t.Errorf("%s: %d rows", view, run.Written)
				}
			}
			if h.most < 1_000 || h.most > 1_400 {
				t.Errorf("%d rows of 48 kB under way at once, want what 64 MiB hold", h.most)
			}
		})
	}
}
