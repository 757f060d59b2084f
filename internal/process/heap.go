package process

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// How much garbage Lean allows, in percent of what is live: leanShare is enough where much is live, because columns
// without pointers cost a collection nothing, so that frequent ones are nearly free.
const (
	leanShare = 50
	shareMax  = 800
)

// Lean makes a command that holds large columns keep less garbage until the function that it returns is called, which
// waits for nothing: half of what is live, or free bytes if that is more, because a short command would spend a tenth of
// its time on collections that free little; but never more than eight times what is live. Who sets GOGC decides alone.
// Calls do not nest.
func Lean(free uint64) (restore func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	var over atomic.Bool
	before := debug.SetGCPercent(shareMax)
	afterCollections(func() bool {
		if over.Load() {
			return false
		}
		debug.SetGCPercent(percentAt(free, liveBytes()))
		return true
	})
	return func() {
		over.Store(true)
		debug.SetGCPercent(before)
	}
}

// percentAt returns the share of live bytes that garbage may have, in percent.
func percentAt(free, live uint64) int {
	return int(min(max(leanShare, free*100/max(live, 1)), shareMax))
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
