package onlinetest

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/truepoint/truepoint/online"
)

// A batch that a store which stands still must not be sent whole, and how long it stands still.
const (
	standstillCells = 64 << 10
	standstillRow   = 1000 // bytes; 64 MiB in all, with the keys
	standstillTime  = time.Second
)

// RunStandstill checks that a store which does not answer holds its writer back, whose heap grows by less than held bytes,
// and that the batch is written once the store goes on. stop makes the store of d, which is empty, stand still for writers
// of a table that exists; it returns what lets it go on. The whole heap is looked at, so it is not for parallel tests.
func RunStandstill(t *testing.T, d online.Driver, held int64, stop func(t *testing.T) (goOn func())) {
	t.Helper()
	const table = "p/v/1"
	cells := series(t, 0, standstillCells, standstillRow, At(5))
	put(t, d, table, cells[0])
	goOn := stop(t)
	before := heap()
	done := make(chan error, 1)
	go func() {
		_, err := d.PutBatch(context.Background(), table, cells)
		done <- err
	}()
	most := before
	tick, end := time.NewTicker(standstillTime/20), time.NewTimer(standstillTime)
	defer tick.Stop()
	for still := true; still; {
		select {
		case <-tick.C:
			most = max(most, heap())
		case <-end.C:
			still = false
		case err := <-done:
			t.Fatalf("the batch was written while the store stood still: %v", err)
		}
	}
	if most-before > held {
		t.Errorf("a batch of %d cells of %d bytes on its way takes %d MiB, at most %d are allowed", len(cells), standstillRow, (most-before)>>20, held>>20)
	}
	goOn()
	if err := <-done; err != nil {
		t.Fatalf("once the store went on: %v", err)
	}
	checkAll(t, d, table, cells)
}

// heap returns the bytes of live objects.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
