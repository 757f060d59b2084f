package online_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/value"
)

// roundTrip is how long a distant store takes to answer.
const roundTrip = 10 * time.Millisecond

// A distant store answers after roundTrip what it held when the reading was sent, and counts. While stuck is set, readings
// wait for their context.
type distant struct {
	*memonline.Driver

	mu    sync.Mutex
	calls int
	keys  map[string]int // how often each was read
	stuck bool
	fails error
}

func (d *distant) Distant() bool { return true }

func (d *distant) GetBatch(ctx context.Context, items []online.TableKeys) error {
	d.mu.Lock()
	d.calls++
	for _, item := range items {
		for _, k := range item.Keys {
			d.keys[item.Table+string(k)]++
		}
	}
	stuck, fails := d.stuck, d.fails
	d.mu.Unlock()
	if err := d.Driver.GetBatch(ctx, items); err != nil {
		return err
	}
	if stuck {
		<-ctx.Done()
		return ctx.Err()
	}
	select {
	case <-time.After(roundTrip):
		return fails
	case <-ctx.Done():
		return ctx.Err()
	}
}

var counted = value.Schema{ID: 1, Fields: []value.Field{{Name: "n", Type: int64s}}}

// A crowd reads from one distant store.
type crowd struct {
	t     *testing.T
	d     *distant
	s     *online.Store
	ended sync.WaitGroup
}

func newCrowd(t *testing.T) *crowd {
	d := &distant{Driver: memonline.New(), keys: map[string]int{}}
	c := &crowd{t: t, d: d, s: online.New(d, nil)}
	c.put("hot", 1)
	return c
}

// put writes a row of a key whose event time and only value are n.
func (c *crowd) put(key string, n int64) {
	c.t.Helper()
	putAll(c.t, c.s, online.Cell{Key: onlinetest.Key(c.t, key), Row: row(c.t, &counted, eventtime.Instant(n), value.OfInt64(n))})
}

// read returns the values of keys, 0 for one without a row.
func (c *crowd) read(ctx context.Context, keys ...string) ([]int64, error) {
	r := &online.Read{Use: use([]feature.Field{{Name: "n", Type: int64s}}, counted), Table: table}
	for _, k := range keys {
		r.Keys = append(r.Keys, onlinetest.Key(c.t, k))
	}
	out := make([]int64, len(keys))
	err := c.s.Fetch(ctx, []*online.Read{r})
	var info online.RowInfo
	for key := range r.Packed {
		cells, err := r.Unpack(key, &info)
		if err != nil {
			return out, err
		}
		if cells != nil {
			out[key] = cells[0].Int()
		}
	}
	return out, err
}

// start has n callers read keys at once; each must get want, or at least want for a key that is written meanwhile.
func (c *crowd) start(n int, want int64, keys ...string) {
	for range n {
		c.ended.Go(func() {
			got, err := c.read(c.t.Context(), keys...)
			if err != nil || got[0] < want {
				c.t.Errorf("read %v: got %v, %v, want at least %d", keys, got, err, want)
			}
		})
	}
	synctest.Wait() // all have asked
}
