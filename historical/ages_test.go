package historical

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/eventtime"
)

func TestAgesAreExactQuantilesWhileAllAreKept(t *testing.T) {
	t.Parallel()
	if r := (&ages{}).report(); r != nil {
		t.Errorf("no age: %+v", r)
	}
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Map(rapid.Int64Range(0, 20), func(i int64) eventtime.Duration { return eventtime.Duration(i) }), 1, 300).Draw(t, "ages")
		a := &ages{}
		for _, d := range all {
			a.add(d)
		}
		r := a.report()
		for percent, got := range map[int]eventtime.Duration{50: r.P50, 90: r.P90, 99: r.P99, 100: r.Max} {
			slices.Sort(all)
			least := slices.IndexFunc(all, func(d eventtime.Duration) bool {
				n := 0
				for _, other := range all {
					if other <= d {
						n++
					}
				}
				return n*100 >= percent*len(all)
			})
			if got != all[least] {
				t.Fatalf("p%d of %v: got %d, want %d", percent, all, got, all[least])
			}
		}
	})
}

func TestAgesOfManyCellsStayBounded(t *testing.T) {
	t.Parallel()
	const n = 5*agesMax + 3
	a := &ages{}
	for i := range n {
		a.add(eventtime.Duration(i))
	}
	r := a.report()
	if len(a.kept) > agesMax || r.Cells != n || r.Max != n-1 {
		t.Errorf("%d kept, %+v", len(a.kept), r)
	}
	for got, want := range map[eventtime.Duration]float64{r.P50: 0.5 * n, r.P90: 0.9 * n, r.P99: 0.99 * n} {
		if d := float64(got) - want; d > 16 || d < -16 {
			t.Errorf("got %d, want about %.0f", got, want)
		}
	}
}
