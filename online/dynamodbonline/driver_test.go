package dynamodbonline_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/truepoint/truepoint/internal/dynamodbtest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/dynamodbonline"
	"github.com/truepoint/truepoint/online/onlinetest"
)

// on returns options for the server of tests and tables of a test's own.
func on(t testing.TB) *dynamodbonline.Options {
	return &dynamodbonline.Options{
		Region: "us-east-1", Endpoint: dynamodbtest.Endpoint(t), Template: dynamodbtest.Template(), ConsistentReads: true,
		Connections: 8, ReadTimeout: time.Minute, // the server of tests is a small one
	}
}

func open(t testing.TB, opt *dynamodbonline.Options) *dynamodbonline.Driver {
	t.Helper()
	d, err := dynamodbonline.Open(context.Background(), opt)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return d
}

// A bounded driver tells the suite of DynamoDB's longest item, and that each cell is a call.
type bounded struct{ *dynamodbonline.Driver }

func (bounded) RowBytesMax() int { return 400<<10 - 200 }
func (bounded) CellsMax() int    { return 1_600 }

// wiped opens a driver whose tables go when the test ends.
func wiped(t testing.TB, opt *dynamodbonline.Options) *dynamodbonline.Driver {
	t.Cleanup(func() {
		d := open(t, opt)
		tables, err := d.Tables(context.Background())
		if err != nil {
			t.Error(err)
		}
		for _, name := range tables {
			if err := d.Drop(context.Background(), name); err != nil {
				t.Error(err)
			}
		}
		d.Close()
	})
	return open(t, opt)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	dynamodbtest.Endpoint(t)
	onlinetest.Run(t, func(t *testing.T) online.Driver { return bounded{wiped(t, on(t))} })
}

func TestConformanceOfExpire(t *testing.T) {
	t.Parallel()
	dynamodbtest.Endpoint(t)
	onlinetest.RunExpirer(t, func(t *testing.T) online.Driver { return bounded{wiped(t, on(t))} })
}

func TestConformanceOfReopening(t *testing.T) {
	t.Parallel()
	dynamodbtest.Endpoint(t)
	var options sync.Map // by directory
	onlinetest.RunDurable(t, func(t *testing.T, dir string) online.Driver {
		opt, reopened := options.LoadOrStore(dir, on(t))
		if reopened {
			return bounded{open(t, opt.(*dynamodbonline.Options))}
		}
		return bounded{wiped(t, opt.(*dynamodbonline.Options))}
	})
}

// Each driver knows nothing of what the other one made or dropped but what DynamoDB tells.
func TestConformanceBesideAnotherDriver(t *testing.T) {
	t.Parallel()
	dynamodbtest.Endpoint(t)
	onlinetest.Run(t, func(t *testing.T) online.Driver {
		opt := on(t)
		other := open(t, opt)
		t.Cleanup(func() { other.Close() })
		return pair{bounded{wiped(t, opt)}, other}
	})
}

// A pair writes through one driver and reads through the other.
type pair struct {
	bounded
	reader *dynamodbonline.Driver
}

func (p pair) GetBatch(ctx context.Context, items []online.TableKeys) error {
	if err := p.Driver.GetBatch(ctx, nil); err != nil {
		return err
	}
	return p.reader.GetBatch(ctx, items)
}
