package redisonline_test

import (
	"context"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/online/redisonline"
)

func open(t testing.TB, topology redisonline.Topology, connection string, opt *redisonline.Options) *redisonline.Driver {
	t.Helper()
	a, err := redisonline.Parse(topology, connection, nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := redisonline.Open(context.Background(), a, opt)
	if err != nil {
		t.Fatalf("Open(%s): %v", connection, err)
	}
	return d
}

// shared opens a driver on servers that tests share, with keys of its own.
func shared(t testing.TB, topology redisonline.Topology, address string) *redisonline.Driver {
	prefix := redistest.Prefix()
	t.Cleanup(func() { wipe(t, open(t, topology, address, &redisonline.Options{Prefix: prefix})) })
	return open(t, topology, address, &redisonline.Options{Prefix: prefix})
}

// wipe drops all tables and closes the driver.
func wipe(t testing.TB, d *redisonline.Driver) {
	tables, err := d.Tables(context.Background())
	if err != nil {
		t.Error(err)
	}
	for _, name := range tables {
		if err := d.Drop(context.Background(), name); err != nil {
			t.Error(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	redistest.Address(t, redistest.Single)
	onlinetest.Run(t, func(t *testing.T) online.Driver { return open(t, redisonline.Single, redistest.Database(t), nil) })
}

func TestConformanceOfACluster(t *testing.T) {
	t.Parallel()
	address := redistest.Address(t, redistest.Cluster)
	onlinetest.Run(t, func(t *testing.T) online.Driver { return shared(t, redisonline.Cluster, address) })
}

func TestConformanceBehindSentinels(t *testing.T) {
	t.Parallel()
	address := redistest.Address(t, redistest.Sentinel)
	onlinetest.Run(t, func(t *testing.T) online.Driver { return shared(t, redisonline.Sentinel, address) })
}

func TestConformanceOfReplicatedWrites(t *testing.T) {
	t.Parallel()
	address := sentinelsWithReplica(t)
	onlinetest.Run(t, func(t *testing.T) online.Driver {
		prefix := redistest.Prefix()
		t.Cleanup(func() { wipe(t, open(t, redisonline.Sentinel, address, &redisonline.Options{Prefix: prefix})) })
		return open(t, redisonline.Sentinel, address, &redisonline.Options{Prefix: prefix, Replicated: true})
	})
}

func TestConformanceOfExpire(t *testing.T) {
	t.Parallel()
	redistest.Address(t, redistest.Single)
	onlinetest.RunExpirer(t, func(t *testing.T) online.Driver { return open(t, redisonline.Single, redistest.Database(t), nil) })
}

func TestConformanceOfExpireInACluster(t *testing.T) {
	t.Parallel()
	address := redistest.Address(t, redistest.Cluster)
	onlinetest.RunExpirer(t, func(t *testing.T) online.Driver { return shared(t, redisonline.Cluster, address) })
}

func TestConformanceOfReopening(t *testing.T) {
	t.Parallel()
	redistest.Address(t, redistest.Single)
	var databases sync.Map // by directory; tests run at the same time, each in its own
	onlinetest.RunDurable(t, func(t *testing.T, dir string) online.Driver {
		database, ok := databases.Load(dir)
		if !ok {
			database = redistest.Database(t)
			databases.Store(dir, database)
		}
		return open(t, redisonline.Single, database.(string), nil)
	})
}

// Each driver knows nothing of what the other one wrote or dropped but what the server tells.
func TestConformanceBesideAnotherDriver(t *testing.T) {
	t.Parallel()
	redistest.Address(t, redistest.Single)
	onlinetest.Run(t, func(t *testing.T) online.Driver {
		address := redistest.Database(t)
		other := open(t, redisonline.Single, address, nil)
		t.Cleanup(func() { other.Close() })
		return pair{open(t, redisonline.Single, address, nil), other}
	})
}

// A pair writes through one driver and reads through the other.
type pair struct {
	*redisonline.Driver
	reader *redisonline.Driver
}

func (p pair) GetBatch(ctx context.Context, items []online.TableKeys) error {
	if err := p.Driver.GetBatch(ctx, nil); err != nil {
		return err
	}
	return p.reader.GetBatch(ctx, items)
}
