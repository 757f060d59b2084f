package redisonline_test

import (
	"testing"

	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online/redisonline"
)

func TestRemovalOfAThousandCellsIsOnePipeline(t *testing.T) {
	t.Parallel()
	address := redistest.Address(t, redistest.Single)
	var count redistest.Counter
	d := open(t, redisonline.Single, address, &redisonline.Options{Prefix: redistest.Prefix(), Dial: count.Dial})
	t.Cleanup(func() { wipe(t, d) })
	stored := cells(t, 1_001, 5, "payload")
	put(t, d, "p/v/1", stored)
	if n, err := d.Expire(t.Context(), "p/v/1", stored[1_000:]); err != nil || n != 1 { // the server sees the script
		t.Fatalf("removed %d, %v", n, err)
	}
	count.Reset()
	if n, err := d.Expire(t.Context(), "p/v/1", stored[:1_000]); err != nil || n != 1_000 {
		t.Errorf("removed %d, %v", n, err)
	}
	trips := 0
	for _, n := range count.Trips() {
		trips += n
	}
	if trips == 0 || trips > 20 { // answers may come while the rest is sent; there are twenty commands
		t.Errorf("%d round trips", trips)
	}
}
