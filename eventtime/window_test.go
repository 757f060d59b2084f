package eventtime_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/eventtime"
)

func drawWindow(t *rapid.T) eventtime.Window {
	lengths := rapid.OneOf(rapid.Int64Range(1, 1000), rapid.Int64Range(1, int64(400*eventtime.Day)), rapid.SampledFrom([]int64{int64(eventtime.Max.Sub(eventtime.Min)), math.MaxInt64}))
	offsets := rapid.OneOf(rapid.Just(int64(0)), lengths)
	return eventtime.Window{
		Length: eventtime.Duration(lengths.Draw(t, "length")),
		Offset: eventtime.Duration(offsets.Draw(t, "offset")),
		Hop:    eventtime.Duration(offsets.Draw(t, "hop")),
	}
}

// TestBoundsAgreeWithTheFormula holds Bounds to the text of the semantics, in unbounded integers.
func TestBoundsAgreeWithTheFormula(t *testing.T) {
	t.Parallel()
	empty, clamped := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w, asOf := drawWindow(t), drawInstant(t, "asOf")
		number := func(n int64) *big.Int { return big.NewInt(n) }
		end := new(big.Int).Sub(number(int64(asOf)), number(int64(w.Offset)))
		start := new(big.Int).Sub(end, number(int64(w.Length)))
		start.Add(start, number(1))
		if w.Hop > 0 {
			start.Sub(start, new(big.Int).Mod(start, number(int64(w.Hop)))) // Mod is never negative
		}
		got := w.Bounds(asOf)
		least := number(int64(eventtime.Min))
		if end.Cmp(least) < 0 {
			empty++
			if got.End >= got.Start {
				t.Fatalf("%+v at %d: %+v, want an empty interval", w, asOf, got)
			}
			return
		}
		if start.Cmp(least) < 0 {
			clamped++
			start = least
		}
		if want := (eventtime.Interval{Start: eventtime.Instant(start.Int64()), End: eventtime.Instant(end.Int64())}); got != want {
			t.Fatalf("%+v at %d: %+v, want %+v", w, asOf, got, want)
		}
	})
	if empty == 0 || clamped == 0 {
		t.Errorf("%d empty and %d clamped windows: the generator misses a case", empty, clamped)
	}
}

func TestNeighbouringWindowsShareNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		length := eventtime.Duration(rapid.Int64Range(1, int64(400*eventtime.Day)).Draw(t, "length"))
		asOf := eventtime.Instant(rapid.Int64Range(int64(eventtime.Min.Add(1000*eventtime.Day)), int64(eventtime.Max)).Draw(t, "asOf"))
		near := eventtime.Window{Length: length}.Bounds(asOf)
		far := eventtime.Window{Length: length, Offset: length}.Bounds(asOf)
		if far.End+1 != near.Start || near.Contains(far.End) || far.Contains(near.Start) {
			t.Fatalf("%+v and %+v overlap or leave a gap", far, near)
		}
		if n := near.End.Sub(near.Start) + 1; n != length {
			t.Fatalf("%+v has %d microseconds, want %d", near, n, length)
		}
		if earlier := (eventtime.Window{Length: length}).Bounds(asOf.Add(-length)); earlier != far {
			t.Fatalf("an offset gives %+v, an earlier asOf %+v", far, earlier)
		}
	})
}

func TestHopMovesTheFarEdgeOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, asOf := drawWindow(t), drawInstant(t, "asOf")
		exact := w
		exact.Hop = 0
		got, want := w.Bounds(asOf), exact.Bounds(asOf)
		if got.End != want.End {
			t.Fatalf("the near edge is %d, want %d", got.End, want.End)
		}
		if d := want.Start.Sub(got.Start); d < 0 || w.Hop == 0 && d != 0 || w.Hop > 0 && d >= w.Hop {
			t.Fatalf("the far edge %d is %d before %d, want less than a hop of %d", got.Start, d, want.Start, w.Hop)
		}
	})
}

func TestDefaultHopIsAHundredthAtMost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWindow(t)
		hop := eventtime.DefaultHop(w.Length)
		if hop > w.Length/100 || hop == 0 && w.Length >= 100*eventtime.Second {
			t.Fatalf("a window of %s has hop %s", w.Length, hop)
		}
	})
}
