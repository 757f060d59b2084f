package parallel

import "sync"

// Each calls f for 0 ≤ i < n, at most most of them at once, for work that waits rather than computes. It waits for all
// and returns the error of the smallest i that failed; after a failure no greater i is begun.
func Each(n, most int, f func(i int) error) error {
	if n == 1 {
		return f(0)
	}
	var mu sync.Mutex
	next, failed := 0, n
	var failure error
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1, next <= n && next <= failed
	}
	fail := func(i int, err error) {
		mu.Lock()
		defer mu.Unlock()
		if i < failed {
			failed, failure = i, err
		}
	}
	var wait sync.WaitGroup
	for range min(n, most) {
		wait.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				if err := f(i); err != nil {
					fail(i, err)
				}
			}
		})
	}
	wait.Wait()
	return failure
}
