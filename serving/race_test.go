package serving_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/embeddedonline"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/server/onlinejson"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// raise moves n up to at least v.
func raise(n *atomic.Int64, v int64) {
	for {
		old := n.Load()
		if old >= v || n.CompareAndSwap(old, v) {
			return
		}
	}
}

// TestAReadNeverGoesBack lets readers and writers race for a few keys. What a reader is shown is never older than what was
// acknowledged, or shown to anybody, before it asked.
func TestAReadNeverGoesBack(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) online.Driver{
		"embedded": func(t *testing.T) online.Driver {
			d, err := embeddedonline.Open(t.Context(), t.TempDir(), nil)
			if err != nil {
				t.Fatal(err)
			}
			return d
		},
		"memory": func(*testing.T) online.Driver { return &stamped{memonline.New(), online.NewStamps()} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			driver := open(t)
			rig := storetest.New(t, noon, func(o *truepoint.Options) { o.Online = driver })
			defer rig.Store.Close()
			set := storetest.Set("", feature.Field{Name: "n", Type: value.Scalar(value.Int64)})
			set.Entities[0].ValueType = value.Scalar(value.Int64)
			rig.Apply(t, set)
			set, _, err := rig.Store.Definitions(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			newRace(rig, driver, set.Views[0]).run(t)
			if s := rig.Store.CacheStats(); s.Hits == 0 || s.Stale == 0 {
				t.Errorf("nothing raced: %+v", s)
			}
		})
	}
}

const raceKeys, raceWrites = 3, 400

type race struct {
	rig   *storetest.Rig
	table string
	view  *feature.View
	store online.Driver
	floor [raceKeys]atomic.Int64 // acknowledged, or shown
	left  atomic.Int64           // writers
	reads atomic.Int64
}

func newRace(rig *storetest.Rig, d online.Driver, v *feature.View) *race {
	return &race{rig: rig, store: d, view: v, table: v.Table(storetest.Project)}
}

func (r *race) run(t *testing.T) {
	var all sync.WaitGroup
	r.left.Store(raceKeys)
	for k := range raceKeys {
		all.Go(func() { r.write(t, k) })
		all.Go(func() { r.read(t, uint64(k)) })
	}
	all.Wait()
}

// write writes growing numbers under one key; its event time grows with them.
func (r *race) write(t *testing.T, k int) {
	defer r.left.Add(-1)
	key, err := value.AppendKey(nil, []value.Value{value.OfInt64(int64(k))})
	if err != nil {
		t.Error(err)
		return
	}
	for n := range int64(raceWrites) {
		at := noon - raceWrites + eventtime.Instant(n)
		row, err := value.AppendRow(nil, r.view.RowSchema(), value.Version{Event: at, Created: eventtime.None, Snapshot: at}, []value.Value{value.OfInt64(n + 1)})
		if err == nil {
			_, err = r.store.PutBatch(context.Background(), r.table, []online.Cell{{Key: key, Row: row}})
		}
		if err != nil {
			t.Error(err)
			return
		}
		raise(&r.floor[k], n+1)
		if n%20 == 0 { // writers must not be done before a reader has had its turn
			for seen := r.reads.Load(); r.reads.Load() == seen && !t.Failed(); {
				runtime.Gosched()
			}
		}
	}
}

// read reads random keys until all writers are done.
func (r *race) read(t *testing.T, seed uint64) {
	var answer serving.Rendering
	var out onlinejson.Writer
	var text []byte
	random := rand.New(rand.NewPCG(seed, 7))
	for r.left.Load() > 0 {
		k := random.IntN(raceKeys)
		floor := r.floor[k].Load()
		q := &serving.Request{Features: []string{"v:n"}, AsOf: eventtime.None, Entities: []input.Column{input.FromTokens("k", []string{strconv.Itoa(k)})}}
		if err := r.rig.Store.Render(context.Background(), q, serving.FeastForm, &answer); err != nil {
			t.Error(err)
			return
		}
		text = out.AppendFeast(text[:0], &answer)
		_, rest, _ := strings.Cut(string(text), `},{"values":[`)
		number, _, _ := strings.Cut(rest, "]")
		got, err := strconv.ParseInt(strings.Replace(number, "null", "0", 1), 10, 64)
		if err != nil || got < floor {
			t.Error(fmt.Errorf("key %d reads %s, which is older than %d: %s", k, number, floor, text))
			return
		}
		raise(&r.floor[k], got)
		r.reads.Add(1)
	}
}
