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

// Batches go on while a shard loses its primary; what was acknowledged before or meanwhile is there once its replica has taken
// over, and the dead server has come back as the replica.
func TestAcknowledgedRowsSurviveThePrimaryOfAShard(t *testing.T) {
	t.Parallel()
	shards, d := clustered(t)
	stored := cells(t, 2_000, 1, "payload")
	put(t, d, "p/v/1", stored)
	const batch = 200
	acknowledged := make([]int64, len(stored)/batch) // the version of each batch
	done := make(chan struct{})
	var wg sync.WaitGroup
	stop := sync.OnceFunc(func() {
		close(done)
		wg.Wait()
	})
	defer stop()
	wg.Go(func() {
		for n := int64(0); ; n++ {
			select {
			case <-done:
				return
			default:
			}
			i := int(n) % len(acknowledged)
			ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
			_, err := d.PutBatch(ctx, "p/v/1", cells(t, len(stored), 2+n, "meanwhile")[i*batch:(i+1)*batch])
			cancel()
			if err == nil {
				acknowledged[i] = 2 + n
			}
		}
	})
	lost := shards[2]
	lost.Primary.Kill(t)
	redistest.Until(t, lost.Replica, "INFO replication", "role:master")
	lost.Primary.Restart(t)
	redistest.Until(t, lost.Primary, "INFO replication", "master_link_status:up")
	stop()
	reader := open(t, redisonline.Cluster, shards[0].Primary.Address, nil)
	defer reader.Close()
	for i, version := range acknowledged {
		part := cells(t, len(stored), max(version, 1), "")[i*batch : (i+1)*batch]
		asked := request(part, "p/v/1")
		if err := reader.GetBatch(t.Context(), asked); err != nil {
			t.Fatal(err)
		}
		for n, row := range asked[0].Rows {
			if row == nil || string(row[6:30]) < string(part[n].Row[6:30]) { // its version
				t.Fatalf("row %d of batch %d, acknowledged at version %d, is lost or older", n, i, version)
			}
		}
	}
	last := cells(t, len(stored), 1_000_000, "last")
	thawed(t, d, last)
	wantRows(t, d, "p/v/1", last)
}
