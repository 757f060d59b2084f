package redisonline_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/online/redisonline"
)

// clustered starts a Cluster of three shards with a replica each, and a driver whose writes wait for the replicas.
func clustered(t *testing.T) ([]redistest.Shard, *redisonline.Driver) {
	t.Helper()
	shards := redistest.StartCluster(t, 3)
	d := open(t, redisonline.Cluster, shards[0].Primary.Address+","+shards[1].Primary.Address, &redisonline.Options{Replicated: true})
	t.Cleanup(func() { d.Close() })
	return shards, d
}

// wantUnreplicated fails unless err says that no replica has taken the rows.
func wantUnreplicated(t *testing.T, err error) {
	t.Helper()
	if all := errs.All(err); len(all) != 1 || all[0].Code != errs.Unavailable || all[0].ID != "T1002" || all[0].Hint == "" {
		t.Errorf("got %v, want T1002", err)
	}
}

// thawed writes until replicas that went on have taken the rows, and returns the result.
func thawed(t *testing.T, d *redisonline.Driver, stored []online.Cell) online.PutResult {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for {
		r, err := d.PutBatch(ctx, "p/v/1", stored)
		if err == nil {
			return r
		}
		if errs.CodeOf(err) != errs.Unavailable {
			t.Fatal(err)
		}
	}
}

func TestAFrozenReplicaRefusesTheAcknowledgementAndNothingIsHalfDone(t *testing.T) {
	t.Parallel()
	primary, replica, d := watched(t)
	first, newer := cells(t, 1_000, 1, "payload"), cells(t, 1_000, 2, "newer")
	put(t, d, "p/v/1", first)
	replica.Freeze(t)
	start := time.Now()
	_, err := d.PutBatch(t.Context(), "p/v/1", newer)
	wantUnreplicated(t, err)
	if took := time.Since(start); took < 2*time.Second || took > 10*time.Second {
		t.Errorf("refused after %s, want some 2 s", took)
	}
	wantRows(t, d, "p/v/1", newer) // the primary has them, all of them
	replica.Thaw(t)
	if r := thawed(t, d, newer); r.Written != 0 || r.Superseded != 1_000 {
		t.Errorf("the repetition: %+v", r)
	}
	primary.Kill(t)
	replica.Run(t, "REPLICAOF", "NO", "ONE")
	after := open(t, redisonline.Single, replica.Address, nil)
	defer after.Close()
	wantRows(t, after, "p/v/1", newer)
}

func TestAWriterWhoseTimeEndsDoesNotWaitForAFrozenReplica(t *testing.T) {
	t.Parallel()
	_, replica, d := watched(t)
	stored := cells(t, 10, 1, "payload")
	put(t, d, "p/v/1", stored)
	replica.Freeze(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := d.PutBatch(ctx, "p/v/1", stored); errs.CodeOf(err) != errs.DeadlineExceeded || time.Since(start) > 1500*time.Millisecond {
		t.Errorf("got %v after %s", err, time.Since(start))
	}
}

func TestAShardOfAClusterWithAFrozenReplicaRefusesTheAcknowledgement(t *testing.T) {
	t.Parallel()
	shards, d := clustered(t)
	stored := cells(t, 3_000, 1, "payload")
	if r := put(t, d, "p/v/1", stored); r.Written != 3_000 {
		t.Errorf("counts %+v", r)
	}
	for _, s := range shards {
		if keys := s.Replica.Run(t, "INFO", "keyspace"); !strings.Contains(keys, "keys=") {
			t.Errorf("a replica is empty: %q", keys)
		}
	}
	shards[1].Replica.Freeze(t)
	newer := cells(t, 3_000, 2, "newer")
	_, err := d.PutBatch(t.Context(), "p/v/1", newer)
	wantUnreplicated(t, err)
	wantRows(t, d, "p/v/1", newer)
	shards[1].Replica.Thaw(t)
	if r := thawed(t, d, newer); r.Written != 0 || r.Superseded != 3_000 {
		t.Errorf("the repetition: %+v", r)
	}
}

// A traffic writes batches, one after the other, while a test disturbs the servers. Each has keys of its own: a later write of
// the same key would hide that one was lost.
type traffic struct {
	acknowledged []int  // batches
	tried        int    // batches
	stop         func() // and waits for the last one
}

// begin starts a traffic and returns when some of it was acknowledged. Later batches may fail.
func begin(t *testing.T, d *redisonline.Driver) *traffic {
	const some = 20
	x := &traffic{}
	done, under := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	x.stop = sync.OnceFunc(func() {
		close(done)
		wg.Wait()
	})
	t.Cleanup(x.stop)
	wg.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for ; ; x.tried++ {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
			if _, err := d.PutBatch(ctx, "p/traffic/1", batch(t, x.tried)); err == nil {
				if x.acknowledged = append(x.acknowledged, x.tried); len(x.acknowledged) == some {
					close(under)
				}
			}
			cancel()
		}
	})
	select {
	case <-under:
	case <-time.After(30 * time.Second):
		t.Fatal("no traffic comes about")
	}
	return x
}

// batch returns the cells of batch n of a traffic.
func batch(t *testing.T, n int) []online.Cell {
	const size = 10
	out := make([]online.Cell, size)
	for i := range out {
		out[i] = online.Cell{Key: onlinetest.IntKey(t, int64(n*size+i)), Row: onlinetest.Row(t, versionAt(1), "payload")}
	}
	return out
}

// wantKept ends the traffic, and fails unless every row that was acknowledged is there.
func (x *traffic) wantKept(t *testing.T, d online.Driver) {
	t.Helper()
	x.stop()
	t.Logf("%d of %d batches were acknowledged", len(x.acknowledged), x.tried)
	lost := 0
	for _, n := range x.acknowledged {
		asked := request(batch(t, n), "p/traffic/1")
		err := d.GetBatch(t.Context(), asked)
		for repeats := 0; errs.CodeOf(err) == errs.Unavailable && repeats < 10; repeats++ { // the reader learns who is there
			err = d.GetBatch(t.Context(), asked)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range asked[0].Rows {
			if row == nil {
				lost++
			}
		}
	}
	if lost > 0 {
		t.Errorf("%d rows that were acknowledged are lost", lost)
	}
}

// What was acknowledged before or while a shard loses its primary is there once its replica has taken over, and writes go on
// once the dead server has come back as the replica.
func TestAcknowledgedRowsSurviveThePrimaryOfAShard(t *testing.T) {
	t.Parallel()
	shards, d := clustered(t)
	reader := open(t, redisonline.Cluster, shards[0].Primary.Address, nil)
	defer reader.Close()
	x := begin(t, d)
	lost := shards[2]
	lost.Primary.Kill(t)
	redistest.Until(t, lost.Replica, "INFO replication", "role:master")
	lost.Primary.Restart(t)
	redistest.Until(t, lost.Primary, "INFO replication", "master_link_status:up")
	x.wantKept(t, reader)
	last := cells(t, 2_000, 1, "last")
	thawed(t, d, last)
	wantRows(t, d, "p/v/1", last)
}
