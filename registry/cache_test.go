package registry_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/memregistry"
	"github.com/truepoint/truepoint/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A flaky registry fails while down is set, and counts reads.
type flaky struct {
	registry.Driver
	down  atomic.Bool
	reads atomic.Int32
}

func (f *flaky) Head(ctx context.Context, p string) (registry.Revision, error) {
	if f.down.Load() {
		return 0, errs.New(errs.Unavailable, "the registry is down")
	}
	return f.Driver.Head(ctx, p)
}

func (f *flaky) Read(ctx context.Context, p string, at registry.Revision) (registry.State, error) {
	f.reads.Add(1)
	return f.Driver.Read(ctx, p, at)
}

func commitEntity(t *testing.T, d registry.Driver, expected registry.Revision, name string) {
	t.Helper()
	put, err := registry.EncodeSet(&feature.Set{Entities: []*feature.Entity{
		{Name: name, JoinKeys: []string{name}, ValueType: value.Scalar(value.Int64)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Commit(t.Context(), expected, registry.Change{Project: "p", Put: put}); err != nil {
		t.Fatal(err)
	}
}

func wantCopy(t *testing.T, c *registry.Cache, revision registry.Revision, entities int) {
	t.Helper()
	if set, got := c.Current(); got != revision || len(set.Entities) != entities {
		t.Errorf("copy of revision %d with %d entities, want %d with %d", got, len(set.Entities), revision, entities)
	}
}

func TestCacheKeepsTheLastGoodCopy(t *testing.T) {
	t.Parallel()
	now := eventtime.Instant(0)
	d := &flaky{Driver: memregistry.New()}
	c := registry.NewCache(d, "p", &registry.CacheOptions{Clock: func() eventtime.Instant { return now }})
	wantCopy(t, c, 0, 0)
	if _, ok := c.Status().Age(now); ok {
		t.Error("a cache that was never loaded has an age")
	}
	commitEntity(t, d, 0, "a")
	if err := c.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantCopy(t, c, 1, 1)
	old, _ := c.Current()

	commitEntity(t, d, 1, "b")
	d.down.Store(true)
	now = now.Add(eventtime.Minute)
	if err := c.Load(t.Context()); errs.CodeOf(err) != errs.Unavailable {
		t.Fatalf("got %v, want Unavailable", err)
	}
	wantCopy(t, c, 1, 1)
	s := c.Status()
	if age, ok := s.Age(now); !ok || age != eventtime.Minute || s.Err == nil {
		t.Errorf("age %v, %v, error %v, want a minute and an error", age, ok, s.Err)
	}

	d.down.Store(false)
	if err := c.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantCopy(t, c, 2, 2)
	if s := c.Status(); s.Err != nil || s.Checked != now {
		t.Errorf("status %+v", s)
	}
	if len(old.Entities) != 1 {
		t.Error("a copy that was handed out changed")
	}
}

func TestCacheKeepsTheLastGoodCopyOverDamage(t *testing.T) {
	t.Parallel()
	d := memregistry.New()
	c := registry.NewCache(d, "p", nil)
	commitEntity(t, d, 0, "a")
	if err := c.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	damaged := registry.Change{Project: "p", Put: []registry.Object{{Kind: feature.KindView, Name: "v", Body: []byte(`{"name": 7}`)}}}
	if _, err := d.Commit(t.Context(), 1, damaged); err != nil {
		t.Fatal(err)
	}
	if err := c.Load(t.Context()); errs.CodeOf(err) != errs.DataLoss {
		t.Fatalf("got %v, want DataLoss", err)
	}
	wantCopy(t, c, 1, 1)
}

func TestCacheRunFollowsTheRegistry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &flaky{Driver: memregistry.New()}
		c := registry.NewCache(d, "p", &registry.CacheOptions{Poll: 5 * time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- c.Run(ctx) }()
		synctest.Wait()
		changed := c.Changed()
		commitEntity(t, d, 0, "a")
		<-changed
		wantCopy(t, c, 1, 1)

		d.down.Store(true)
		commitEntity(t, d, 1, "b")
		<-time.After(time.Minute)
		wantCopy(t, c, 1, 1)
		changed = c.Changed()
		d.down.Store(false)
		<-changed
		wantCopy(t, c, 2, 2)

		reads := d.reads.Load()
		<-time.After(time.Minute)
		if got := d.reads.Load(); got != reads {
			t.Errorf("%d reads of an unchanged registry", got-reads)
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}
