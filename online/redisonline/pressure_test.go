package redisonline_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online/redisonline"
)

// heap returns the bytes of live objects.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A server that does not answer holds the writer back, who has a few pipelines under way and not the batch once more. Not
// parallel: it looks at the whole heap.
func TestAServerThatStandsStillHoldsTheWriterBack(t *testing.T) {
	s := redistest.Start(t)
	d := open(t, redisonline.Single, s.Address, nil)
	defer d.Close()
	const pipelines, batch = 3 << 20, 64 << 20
	stored := cells(t, batch/1024, 1, string(make([]byte, 1000)))
	put(t, d, "p/v/1", stored[:1])
	c := redistest.Connect(t, s.Address)
	before := heap()
	if err := c.Do(t.Context(), c.B().Arbitrary("CLIENT", "PAUSE", "3000", "WRITE").Build()).Error(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := d.PutBatch(t.Context(), "p/v/1", stored)
		done <- err
	}()
	most := uint64(0)
	for tick, end := time.NewTicker(50*time.Millisecond), time.NewTimer(2*time.Second); ; {
		select {
		case <-tick.C:
			most = max(most, heap())
			continue
		case <-end.C:
		case err := <-done:
			t.Fatalf("the batch was written before the server went on: %v", err)
		}
		tick.Stop()
		break
	}
	if grown := int64(most) - int64(before); grown > 8*pipelines {
		t.Errorf("a batch of %d MiB on its way takes %d MiB", batch>>20, grown>>20)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	wantRows(t, d, "p/v/1", stored[:1000])
}
