package drivers_test

import (
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/value"
)

// TestAHotKeyInRedis has 64 callers read one key that is written meanwhile. Redis answers a few of them, and none gets a row
// that is older than what was acknowledged before it asked.
func TestAHotKeyInRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	c := at(t.TempDir())
	c.Online = config.Store{Type: "redis", Options: config.Options{"connection_string": server.Address}}
	opt, err := drivers.Open(t.Context(), c, clock)
	if err != nil {
		t.Fatal(err)
	}
	store := online.New(opt.Online, nil)
	defer func() {
		for _, c := range []interface{ Close() error }{store, opt.Offline, opt.State, opt.Registry} {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	}()
	schema := value.Schema{ID: 1, Fields: []value.Field{{Name: "n", Type: value.Scalar(value.Int64)}}}
	use := &feature.Use{View: &feature.View{Name: "v", Generation: 1, Schemas: []value.Schema{schema}, Schema: []feature.Field{{Name: "n", Type: value.Scalar(value.Int64)}}},
		Fields: []feature.Field{{Name: "n", Type: value.Scalar(value.Int64)}}}
	key := onlinetest.Key(t, "hot")
	var acknowledged atomic.Int64
	write := func(n int64) {
		row, err := value.AppendRow(nil, &schema, value.Version{Event: eventtime.Instant(n), Created: eventtime.None}, []value.Value{value.OfInt64(n)})
		if err == nil {
			_, err = store.Put(t.Context(), "p/v/1", []online.Cell{{Key: key, Row: row}})
		}
		if err != nil {
			t.Error(err)
		}
		acknowledged.Store(n)
	}
	write(1)
	const callers, each = 64, 300
	var reading, writing sync.WaitGroup
	left := atomic.Int64{}
	left.Store(callers)
	writing.Go(func() {
		for n := int64(2); left.Load() > 0; n++ {
			write(n)
		}
	})
	for range callers {
		reading.Go(func() {
			defer left.Add(-1)
			for range each {
				least := acknowledged.Load()
				r := &online.Read{Use: use, Table: "p/v/1", Keys: [][]byte{key}}
				if err := store.Read(t.Context(), []*online.Read{r}); err != nil {
					t.Error(err)
					return
				}
				if got := r.Cells[0][0].Int(); got < least {
					t.Errorf("got row %d, but row %d was acknowledged before", got, least)
				}
			}
		})
	}
	reading.Wait()
	writing.Wait()
	client := redistest.Connect(t, server.Address)
	stats, err := client.Do(t.Context(), client.B().Info().Section("commandstats").Build()).ToString()
	if err != nil {
		t.Fatal(err)
	}
	calls := regexp.MustCompile(`cmdstat_mget:calls=(\d+)`).FindStringSubmatch(stats)
	if calls == nil {
		t.Fatalf("no readings in %s", stats)
	}
	if n, _ := strconv.Atoi(calls[1]); n > callers*each/2 {
		t.Errorf("%d readings of one key took %d of the server, want at most half", callers*each, n)
	}
	t.Logf("%d readings of one key took %s of the server, while %d rows were written", callers*each, calls[1], acknowledged.Load())
}
