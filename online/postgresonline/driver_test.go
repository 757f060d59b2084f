package postgresonline_test

import (
	"context"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/online/postgresonline"
)

// few keeps the drivers of parallel tests within what the server allows.
const few = "&pool_max_conns=3"

func open(t testing.TB, address string) *postgresonline.Driver {
	t.Helper()
	d, err := postgresonline.Open(context.Background(), address+few, nil)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return d
}

func TestConformance(t *testing.T) {
	t.Parallel()
	postgrestest.Address(t)
	onlinetest.Run(t, func(t *testing.T) online.Driver { return open(t, postgrestest.New(t).Address) })
}

func TestConformanceOfExpire(t *testing.T) {
	t.Parallel()
	postgrestest.Address(t)
	onlinetest.RunExpirer(t, func(t *testing.T) online.Driver { return open(t, postgrestest.New(t).Address) })
}

func TestConformanceOfReopening(t *testing.T) {
	t.Parallel()
	postgrestest.Address(t)
	var addresses sync.Map // by directory
	onlinetest.RunDurable(t, func(t *testing.T, dir string) online.Driver {
		address, reopened := addresses.Load(dir)
		if !reopened {
			address = postgrestest.New(t).Address
			addresses.Store(dir, address)
		}
		return open(t, address.(string))
	})
}

// Each driver knows nothing of what the other one made or dropped but what the database tells.
func TestConformanceBesideAnotherDriver(t *testing.T) {
	t.Parallel()
	postgrestest.Address(t)
	onlinetest.Run(t, func(t *testing.T) online.Driver {
		address := postgrestest.New(t).Address
		other := open(t, address)
		t.Cleanup(func() { other.Close() })
		return pair{open(t, address), other}
	})
}

// A pair writes through one driver and reads through the other.
type pair struct {
	*postgresonline.Driver
	reader *postgresonline.Driver
}

func (p pair) GetBatch(ctx context.Context, items []online.TableKeys) error {
	if err := p.Driver.GetBatch(ctx, []online.TableKeys{{Table: "p/none/1", Keys: [][]byte{{1}}, Rows: make([][]byte, 1)}}); err != nil {
		return err
	}
	return p.reader.GetBatch(ctx, items)
}
