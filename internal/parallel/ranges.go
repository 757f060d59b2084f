// Package parallel spreads work on many like items over the processors.
package parallel

import (
	"runtime"
	"sync"
)

// Ranges calls f for consecutive ranges lo ≤ i < hi that together are 0 ≤ i < n: one on each processor, but fewer where
// there is not another least items for each. It waits for all and returns the error of the first range that failed, so
// that an f that stops at its first fault makes it that of the smallest i. One range is done by the caller itself.
func Ranges(n, least int, f func(lo, hi int) error) error {
	parts := min(runtime.GOMAXPROCS(0), n/least+1)
	if parts == 1 {
		return f(0, n)
	}
	failures := make([]error, parts)
	var wait sync.WaitGroup
	for p := range parts {
		wait.Go(func() { failures[p] = f(p*n/parts, (p+1)*n/parts) })
	}
	wait.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}
