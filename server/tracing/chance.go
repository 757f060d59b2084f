package tracing

import (
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
)

// A chance holds for a share of requests, each independently of the others. It draws how many pass until the next one instead of
// drawing for each, which would take a request longer than all the rest that is done for one that is not sampled. It is safe for
// concurrent use.
type chance struct {
	share float64      // 0 < share ≤ 1
	left  atomic.Int64 // requests until it holds, that one included; others that ask meanwhile take it below 0

	mu sync.Mutex // held while left is drawn
}

func (c *chance) init(share float64) {
	c.share = min(share, 1)
	c.left.Store(c.gap())
}

// passes reports that the chance does not hold for a request. If it returns false, met says whether it does.
func (c *chance) passes() bool { return c.left.Add(-1) > 0 }

// met decides about a request that passes left open.
func (c *chance) met() bool {
	for c.lost() {
		if c.passes() {
			return false
		}
	}
	return true
}

// lost reports that another request was the one that the chance held for; otherwise it draws the next.
func (c *chance) lost() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left.Load() > 0 {
		return true
	}
	c.left.Store(c.gap())
	return false
}

// gap draws from the geometric distribution, by the inverse of its distribution function.
func (c *chance) gap() int64 {
	return 1 + int64(min(math.Log(1-rand.Float64())/math.Log1p(-c.share), 1<<60))
}
