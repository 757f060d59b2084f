package redisonline_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/redisonline"
)

// drop ends all connections of clients of a server.
func drop(t testing.TB, c rueidis.Client) {
	t.Helper()
	if err := c.Do(context.Background(), c.B().Arbitrary("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes").Build()).Error(); err != nil {
		t.Fatal(err)
	}
}

// primary asks a sentinel which server is the primary.
func primary(t testing.TB, sentinel rueidis.Client) string {
	t.Helper()
	address, err := sentinel.Do(context.Background(), sentinel.B().Arbitrary("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster").Build()).AsStrSlice()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(address, ":")
}

func wantRows(t testing.TB, d online.Driver, table string, stored []online.Cell) {
	t.Helper()
	asked := request(stored, table)
	if err := d.GetBatch(context.Background(), asked); err != nil {
		t.Fatal(err)
	}
	for i, row := range asked[0].Rows {
		if string(row) != string(stored[i].Row) {
			t.Fatalf("row %d of %s is not the one that was written", i, table)
		}
	}
}

// Not parallel: other tests' connections would end too.
func TestLostConnectionsAreMadeAgain(t *testing.T) {
	for name, topology := range map[string]redisonline.Topology{redistest.Single: redisonline.Single, redistest.Cluster: redisonline.Cluster, redistest.Sentinel: redisonline.Sentinel} {
		address := redistest.Address(t, name)
		d := shared(t, topology, address)
		var servers []rueidis.Client
		for host := range strings.SplitSeq(address, ",") {
			servers = append(servers, redistest.Connect(t, host))
		}
		if topology == redisonline.Sentinel {
			servers = []rueidis.Client{redistest.Connect(t, primary(t, servers[0]))}
		}
		for n := range 5 {
			stored := cells(t, 2000, int64(n), "payload")
			put(t, d, "p/v/1", stored)
			for _, s := range servers {
				drop(t, s)
			}
			wantRows(t, d, "p/v/1", stored)
			for _, s := range servers {
				drop(t, s)
			}
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestABatchSurvivesConnectionsThatEndUnderIt(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	d := open(t, redisonline.Single, s.Address, nil)
	defer d.Close()
	c := redistest.Connect(t, s.Address)
	stored := cells(t, 40_000, 5, strings.Repeat("x", 200))
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 20 {
			select {
			case <-done:
				return
			default:
				drop(t, c)
			}
		}
	})
	r := put(t, d, "p/v/1", stored)
	close(done)
	wg.Wait()
	if total := r.Written + max(r.Superseded, 0); total != int64(len(stored)) {
		t.Errorf("%+v are not %d cells", r, len(stored))
	}
	wantRows(t, d, "p/v/1", stored)
	put(t, d, "p/v/1", cells(t, 1000, 4, "older"))
	wantRows(t, d, "p/v/1", stored)
}

// A server that was started anew has neither rows nor the script.
func TestAServerThatStartsAnewIsWrittenTo(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	d := open(t, redisonline.Single, s.Address, nil)
	defer d.Close()
	stored := cells(t, 200, 5, "payload")
	put(t, d, "p/v/1", stored)
	s.Kill(t)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	err := d.GetBatch(ctx, request(stored, "p/v/1"))
	if code := errs.CodeOf(err); code != errs.Unavailable && code != errs.DeadlineExceeded {
		t.Errorf("while the server is gone: got %v (%v)", err, code)
	}
	s.Restart(t)
	if r := put(t, d, "p/v/1", stored[:10]); r.Written != 10 || r.Superseded > 0 {
		t.Errorf("got %+v, want 10 written", r)
	}
	wantRows(t, d, "p/v/1", stored[:10])
	names, err := d.Tables(t.Context())
	if err != nil || !slices.Equal(names, []string{"p/v/1"}) {
		t.Errorf("tables: %q, %v", names, err)
	}
}

// A primary that sentinels replace takes writes until it is told. These are lost, and where writes must be replicated they were
// not acknowledged.
func TestANewPrimaryIsFound(t *testing.T) { // not parallel: it moves the servers of other tests
	address := sentinelsWithReplica(t)
	d := shared(t, redisonline.Sentinel, address)
	stored := cells(t, 500, 5, "payload")
	put(t, d, "p/v/1", stored)
	prefix := redistest.Prefix()
	replicated := open(t, redisonline.Sentinel, address, &redisonline.Options{Prefix: prefix, Replicated: true})
	t.Cleanup(func() { wipe(t, replicated) })
	x := begin(t, replicated)
	first, _, _ := strings.Cut(address, ",")
	c := redistest.Connect(t, first)
	before := primary(t, c)
	if err := c.Do(t.Context(), c.B().Arbitrary("SENTINEL", "FAILOVER", "mymaster").Build()).Error(); err != nil {
		t.Fatal(err)
	}
	newer := cells(t, 500, 6, "newer")
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for primary(t, c) == before {
		if _, err := d.PutBatch(ctx, "p/v/1", newer); err != nil {
			t.Fatalf("a write while the primary changes: %v", err)
		}
		<-tick.C
	}
	put(t, d, "p/v/1", newer)
	wantRows(t, d, "p/v/1", newer)
	redistest.Until(t, &redistest.Server{Address: before}, "INFO replication", "master_link_status:up") // it is the replica now
	x.wantKept(t, replicated)
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
