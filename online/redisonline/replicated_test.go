package redisonline_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/redisonline"
)

// watched starts a primary with a replica, waits until they are connected, and opens a driver whose writes wait for the replica.
func watched(t *testing.T) (primary, replica *redistest.Server, d *redisonline.Driver) {
	t.Helper()
	primary = redistest.Start(t, "--repl-diskless-sync-delay", "0", "--enable-debug-command", "yes")
	host, port, _ := net.SplitHostPort(primary.Address)
	replica = redistest.Start(t, "--replicaof", host+" "+port)
	redistest.Until(t, replica, "INFO replication", "master_link_status:up")
	d = open(t, redisonline.Single, primary.Address, &redisonline.Options{Replicated: true})
	t.Cleanup(func() { d.Close() })
	return primary, replica, d
}

// sentinelsWithReplica returns the address of the sentinels for tests, once the primary has its replica: another test may
// have made it change places with it.
func sentinelsWithReplica(t *testing.T) string {
	t.Helper()
	address := redistest.Address(t, redistest.Sentinel)
	first, _, _ := strings.Cut(address, ",")
	redistest.Until(t, &redistest.Server{Address: primary(t, redistest.Connect(t, first))}, "INFO replication", "state=online")
	return address
}

func TestReplicatedRowsSurviveTheLossOfThePrimary(t *testing.T) {
	t.Parallel()
	primary, replica, d := watched(t)
	stored := cells(t, 5_000, 1, "payload")
	if r := put(t, d, "p/v/1", stored); r.Written != 5_000 || r.Superseded != 0 {
		t.Errorf("counts %+v", r)
	}
	newer := cells(t, 500, 2, "newer")
	if r := put(t, d, "p/v/1", newer); r.Written != 500 || r.Superseded != 0 {
		t.Errorf("counts %+v", r)
	}
	primary.Kill(t)
	replica.Run(t, "REPLICAOF", "NO", "ONE")
	after := open(t, redisonline.Single, replica.Address, nil)
	defer after.Close()
	wantRows(t, after, "p/v/1", append(newer[:500:500], stored[500:]...))
}

func TestBatchIsWrittenAgainWhenThePrimaryWasReplaced(t *testing.T) {
	t.Parallel()
	primary, _, d := watched(t)
	put(t, d, "p/v/1", cells(t, 10, 1, "payload"))
	primary.Run(t, "DEBUG", "CHANGE-REPL-ID") // as a promoted replica does
	newer := cells(t, 10, 2, "newer")
	if r := put(t, d, "p/v/1", newer); r.Superseded != online.Unknown || r.Written != 10 {
		t.Errorf("counts %+v, want an unknown number of superseded cells", r)
	}
	wantRows(t, d, "p/v/1", newer)
	if r := put(t, d, "p/v/1", newer); r.Superseded != 10 {
		t.Errorf("counts %+v after the history is known", r)
	}
}

func TestWithoutAReplicaAReplicatedWriteIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, topology := range map[string]redisonline.Topology{redistest.Single: redisonline.Single, redistest.Cluster: redisonline.Cluster} {
		t.Run(fmt.Sprint(topology), func(t *testing.T) {
			t.Parallel()
			prefix := redistest.Prefix()
			d := open(t, topology, redistest.Address(t, name), &redisonline.Options{Prefix: prefix, Replicated: true})
			t.Cleanup(func() { wipe(t, d) })
			_, err := d.PutBatch(t.Context(), "p/v/1", cells(t, 10, 1, "payload"))
			all := errs.All(err)
			if errs.CodeOf(err) != errs.Unavailable || len(all) != 1 || all[0].ID != "T1002" || all[0].Hint == "" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestReplicatedWritesBehindSentinels(t *testing.T) {
	t.Parallel()
	d := open(t, redisonline.Sentinel, sentinelsWithReplica(t), &redisonline.Options{Prefix: redistest.Prefix(), Replicated: true})
	t.Cleanup(func() { wipe(t, d) })
	stored := cells(t, 100, 1, "payload")
	if r := put(t, d, "p/v/1", stored); r.Written != 100 {
		t.Errorf("counts %+v", r)
	}
	wantRows(t, d, "p/v/1", stored)
}
