package pit_test

import (
	"fmt"
	"testing"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// repeated has one key, whose events were delivered some three times each, below windows that never or seldom leave them.
func repeated(events, rows, ids int) windowSet {
	s := row17(events, rows)
	s.keys, s.hot, s.parts, s.repeats = 1, 1, 3, ids
	s.lengths = []eventtime.Duration{0, 30 * eventtime.Day}
	s.ids = true
	return s
}

func TestRepeatedEventsBelowALifetimeAreWhatTheOracleSays(t *testing.T) {
	t.Parallel()
	float := value.Scalar(value.Float64)
	lifetime := eventtime.Window{}
	for _, late := range []bool{false, true} {
		for _, ids := range []int{12, 120} { // each event is delivered some 20 times, or twice
			t.Run(fmt.Sprint(late, ids), func(t *testing.T) {
				t.Parallel()
				s := repeated(250, 120, ids)
				s.late, s.rich = late, true
				p := s.plan()
				p.Windows[0].Features = append(p.Windows[0].Features,
					pit.WindowFeature{Name: "by", Spec: agg.Spec{Function: agg.Sum, Input: float}, Column: "x", By: "id", Window: lifetime},
					pit.WindowFeature{Name: "first", Spec: agg.Spec{Function: agg.FirstN, Input: float, N: 3}, Column: "x", Window: lifetime},
					pit.WindowFeature{Name: "recent", Spec: agg.Spec{Function: agg.LastDistinctN, Input: float, N: 3}, Column: "x", Window: lifetime},
					pit.WindowFeature{Name: "kinds", Spec: agg.Spec{Function: agg.CountDistinct, Input: float}, Column: "x", Window: lifetime},
				)
				wantNaive(t, p)
			})
		}
	}
}

// Events that were delivered again must not make the work grow with the product of their number and the entity rows: that
// would be more than a thousand times as much here, and is some forty times.
func TestRepeatedEventsBelowALifetimeCostWhatOthersCost(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	s := repeated(40_000, 10_000, 20_000)
	s.late = true
	s.ids = false
	once, _ := cost(t, s)
	s.ids = true
	again, _ := cost(t, s)
	t.Logf("%v with ids, %v without", again, once)
	if again > 300*once {
		t.Errorf("repeated events take %v, others %v", again, once)
	}
}

// BenchmarkRepeatedEventsBelowALifetime has one key with as many entity rows as events.
func BenchmarkRepeatedEventsBelowALifetime(b *testing.B) {
	for _, n := range []int{20_000, 80_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := repeated(n, n, n/2)
			s.late = true
			p := s.plan()
			b.ResetTimer()
			for b.Loop() {
				if _, err := pit.EvalWindows(b.Context(), p, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/row")
		})
	}
}
