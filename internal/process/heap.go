package process

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// How much garbage a command that holds large columns lets lie: leanShare percent of what is live, because columns
// without pointers cost a collection nothing, so that frequent ones are nearly free; but leanFree bytes while little is
// live, because a short command would spend a tenth of its time on collections that free little.
const (
	leanShare = 50
	leanFree  = 128 << 20
)

// Lean makes this process keep less garbage until the function that it returns is called, which waits for nothing. Who
// sets GOGC decides alone. Calls do not nest.
func Lean() (restore func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	var over atomic.Bool
	before := debug.SetGCPercent(percentAt(liveStart))
	afterCollections(func() bool {
		if over.Load() {
			return false
		}
		debug.SetGCPercent(percentAt(liveBytes()))
		return true
	})
	return func() {
		over.Store(true)
		debug.SetGCPercent(before)
	}
}

// liveStart is what is taken for the live heap before the first collection has counted it.
const liveStart = 16 << 20

// percentAt returns the share of live bytes that garbage may have, in percent.
func percentAt(live uint64) int {
	return int(max(leanShare, leanFree*100/max(live, liveStart)))
}

// liveBytes returns the heap that the last collection found live.
func liveBytes() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// afterCollections calls f after each collection of garbage until it returns false.
func afterCollections(f func() bool) {
	type sentinel struct{ _ [16]byte } // not of the tiny allocator, which would tie its life to that of others
	var again func(*sentinel)
	again = func(s *sentinel) {
		if f() {
			runtime.SetFinalizer(s, again)
		}
	}
	runtime.SetFinalizer(new(sentinel), again)
}
