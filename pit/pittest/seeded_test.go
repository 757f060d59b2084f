package pittest_test

import (
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
)

// How many plans the fast generator makes, beside those of rapid.
const (
	joinPlans   = 10_000
	windowPlans = 3_000
)

var plansSeed = flag.Uint64("plans.seed", 0, "seed of the random plans of the fast generator; 0 takes another each time")

// numbers returns the numbers that plans are made of, and their seed, which it prints.
func numbers(t *testing.T) (*rand.Rand, uint64) {
	t.Helper()
	seed := *plansSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d: again with -plans.seed %d", seed, seed)
	return rand.New(rand.NewPCG(seed, 0)), seed
}

func TestEvalIsNaiveOnTenThousandPlans(t *testing.T) {
	t.Parallel()
	r, seed := numbers(t)
	var seen coverage
	for i := range joinPlans {
		if err := sameAsNaive(pittest.RandomOf(r), 1+r.IntN(4), &seen); err != nil {
			t.Fatalf("plan %d of seed %d: %v", i, seed, err)
		}
	}
	if err := seen.Check(); err != nil {
		t.Errorf("the plans of seed %d were too easy: %v (%+v)", seed, err, seen)
	}
	t.Logf("%d plans: %+v", joinPlans, seen)
}

func TestEvalWindowsIsNaiveWindowsOnThousandsOfPlans(t *testing.T) {
	t.Parallel()
	r, seed := numbers(t)
	var seen pittest.WindowCoverage
	for i := range windowPlans {
		opt := &pit.EvalOptions{Workers: 1 + r.IntN(4)}
		var spills memSpills
		if r.IntN(2) == 0 {
			opt.Spill, opt.KeptMax = spills.open, 1+r.Int64N(1000)
		}
		if err := sameAsNaiveWindows(pittest.RandomWindowsOf(r), opt, &seen); err != nil {
			t.Fatalf("plan %d of seed %d: %v", i, seed, err)
		}
	}
	if err := seen.Check(); err != nil {
		t.Errorf("the plans of seed %d were too easy: %v (%+v)", seed, err, seen)
	}
	t.Logf("%d plans: %+v", windowPlans, seen)
}
