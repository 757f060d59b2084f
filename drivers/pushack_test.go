package drivers_test

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/value"
)

// pushedTo returns a store that keeps online rows as told, with a view behind the push source "p".
func pushedTo(t *testing.T, to config.Store) *truepoint.Store {
	t.Helper()
	c := at(t.TempDir())
	if to.Type != "embedded" {
		c.Online = to
	}
	if err := os.WriteFile(filepath.Join(c.Dir, "src.csv"), []byte("k,event,f\na,2026-03-12T10:00:00Z,9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	opt, err := drivers.Open(t.Context(), c, clock)
	if err != nil {
		t.Fatal(err)
	}
	s, err := truepoint.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Project, set.Sources[0].Path, set.Views[0].Source = "p", "src.csv", "p"
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	p, err := s.Plan(t.Context(), set)
	if err == nil {
		_, err = s.Apply(t.Context(), p, apply.Options{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// acked pushes with an id and returns the error, which has an identity of its own unless it is nil.
func acked(t *testing.T, s *truepoint.Store, id, ack string) *errs.Error {
	t.Helper()
	res, err := s.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: fixtureRows("[1,2]"), ID: id, Ack: ack})
	if err == nil {
		if len(res.Views) != 1 || res.Rows != 2 {
			t.Errorf("push %s: %+v", id, res)
		}
		return nil
	}
	return errs.All(err)[0]
}

// wantLog compares how many pushes the log has.
func wantLog(t *testing.T, s *truepoint.Store, want int) {
	t.Helper()
	if log, err := s.PushLog(t.Context(), "p"); err != nil || len(log) != want {
		t.Errorf("the log has %d pushes, %v; want %d", len(log), err, want)
	}
}

func TestStoresWithoutReplicasRefuseToAcknowledgeByThem(t *testing.T) {
	t.Parallel()
	for kind, to := range map[string]config.Store{
		"embedded": {Type: "embedded"}, "sqlite": {Type: "sqlite", Path: filepath.Join(t.TempDir(), "online.db")}, "memory": {Type: "memory"},
	} {
		s := pushedTo(t, to)
		if err := acked(t, s, "1", ingest.Replicated); err == nil || err.Code != errs.FailedPrecondition || err.ID != "T1005" {
			t.Errorf("%s: got %v", kind, err)
		}
		wantLog(t, s, 0)
		if err := acked(t, s, "1", ingest.Durable); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		wantLog(t, s, 1)
	}
}

func TestAPushToRedisIsAcknowledgedByAReplica(t *testing.T) {
	t.Parallel()
	primary := redistest.Start(t, "--repl-diskless-sync-delay", "0")
	host, port, _ := net.SplitHostPort(primary.Address)
	replica := redistest.Start(t, "--replicaof", host+" "+port)
	redistest.Until(t, replica, "INFO replication", "master_link_status:up")
	for name, c := range map[string]struct{ set, asked string }{"asked for": {ingest.Durable, ingest.Replicated}, "as it is set": {ingest.Replicated, ""}} {
		s := pushedTo(t, config.Store{Type: "redis", Options: config.Options{"connection_string": primary.Address, "key_prefix": redistest.Prefix(), "ack": c.set}})
		if err := acked(t, s, "1", c.asked); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		replica.Freeze(t)
		if err := acked(t, s, "2", c.asked); err == nil || err.Code != errs.Unavailable || !strings.Contains(err.Error(), "no replica") {
			t.Errorf("%s, without a replica: %v", name, err)
		}
		if err := acked(t, s, "3", ingest.Durable); err != nil {
			t.Errorf("%s: durable is enough here: %v", name, err)
		}
		replica.Thaw(t)
		redistest.Until(t, replica, "INFO replication", "master_link_status:up")
		for _, id := range []string{"2", "3"} {
			if err := acked(t, s, id, ingest.Replicated); err != nil {
				t.Errorf("%s: the repetition of %s: %v", name, id, err)
			}
		}
		wantLog(t, s, 3)
	}
}

func TestAPushToPostgreSQLIsAcknowledgedByAStandby(t *testing.T) {
	t.Parallel()
	p := postgrestest.NewPair(t)
	u, err := url.Parse(p.Primary.Address)
	if err != nil {
		t.Fatal(err)
	}
	s := pushedTo(t, config.Store{Type: "postgres", Options: config.Options{"host": u.Query().Get("host"), "port": u.Query().Get("port"), "database": "postgres", "user": "postgres"}})
	if err := acked(t, s, "1", ingest.Replicated); err != nil {
		t.Error(err)
	}
	thaw := p.Standby.Freeze(t)
	if err := acked(t, s, "2", ingest.Replicated); err == nil || err.Code != errs.Unavailable {
		t.Errorf("without a standby: %v", err)
	}
	thaw()
	if err := acked(t, s, "2", ingest.Replicated); err != nil {
		t.Errorf("the repetition: %v", err)
	}
	wantLog(t, s, 2)
}

func TestAPostgreSQLWithoutStandbyRefusesToAcknowledgeByOne(t *testing.T) {
	t.Parallel()
	schema := postgrestest.New(t)
	u, err := url.Parse(schema.Address)
	if err != nil {
		t.Fatal(err)
	}
	s := pushedTo(t, config.Store{Type: "postgres", Options: config.Options{"host": u.Query().Get("host"), "database": "postgres", "user": "postgres", "db_schema": schema.Name}})
	for range 2 { // a failure to open is not kept
		if err := acked(t, s, "1", ingest.Replicated); err == nil || err.Code != errs.FailedPrecondition || err.ID != "T1003" {
			t.Errorf("got %v", err)
		}
	}
	wantLog(t, s, 0)
	if err := acked(t, s, "1", ingest.Durable); err != nil {
		t.Error(err)
	}
	wantLog(t, s, 1)
}
