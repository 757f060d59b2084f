package tracing

import (
	"math"
	"sync"
	"sync/atomic"
	"testing"
)

// holds decides about a request as a Tracer does.
func (c *chance) holds() bool { return !c.passes() && c.met() }

func TestAChanceHoldsForItsShareOfRequestsAndEachOnItsOwn(t *testing.T) {
	t.Parallel()
	const n = 1_000_000
	for _, share := range []float64{0.01, 0.3, 0.9} {
		var c chance
		c.init(share)
		held, twice, before := 0, 0, false
		for range n {
			now := c.holds()
			if now {
				held++
				if before {
					twice++
				}
			}
			before = now
		}
		for what, got := range map[string][2]float64{"": {float64(held), share}, "that follow another one": {float64(twice), share * share}} {
			if spread := 7 * math.Sqrt(n*got[1]*(1-got[1])); math.Abs(got[0]-n*got[1]) > 2*spread {
				t.Errorf("a chance of %v held for %v of %d requests %s, want %v ± %.0f", share, got[0], n, what, n*got[1], 2*spread)
			}
		}
	}
}

func TestAChanceOfOneHoldsAlwaysAndASmallOneHardlyEver(t *testing.T) {
	t.Parallel()
	for share, want := range map[float64]int{1: 1000, 2: 1000, 1e-300: 0} {
		var c chance
		c.init(share)
		got := 0
		for range 1000 {
			if c.holds() {
				got++
			}
		}
		if got != want {
			t.Errorf("a chance of %v held %d times of 1,000, want %d", share, got, want)
		}
	}
}

func TestRequestsAtTheSameTimeShareAChance(t *testing.T) {
	t.Parallel()
	const each, share = 100_000, 0.5
	var c chance
	c.init(share)
	var held atomic.Int64
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range each {
				if c.holds() {
					held.Add(1)
				}
			}
		})
	}
	all.Wait()
	if got, want := float64(held.Load()), 4*each*share; math.Abs(got-want) > 14*math.Sqrt(4*each*share*(1-share)) {
		t.Errorf("a chance of a half held for %v of %d requests", got, 4*each)
	}
}
