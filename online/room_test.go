package online_test

import (
	"testing"

	"github.com/truepoint/truepoint/online"
)

func TestARoomGrowsToWhatIsAskedOfIt(t *testing.T) {
	t.Parallel()
	var r online.Room
	if r.Take(10) != nil || (*online.Room)(nil).Take(1) != nil {
		t.Error("there is memory in a Room that has none")
	}
	r.Take(100)
	r.Clear()
	a, b := r.Take(60), r.Take(50)
	if len(a) != 60 || len(b) != 50 || cap(a) != 60 {
		t.Fatalf("got %d and %d bytes, want 60 and 50, of which nobody else can take any", len(a), len(b))
	}
	a[59], b[0] = 1, 2
	if a[59] != 1 || r.Take(50) != nil {
		t.Error("memory was given twice")
	}
	r.Take(1 << 30)
	r.Clear()
	if r.Take(2<<20) != nil {
		t.Error("a Room holds more than its bound")
	}
}
