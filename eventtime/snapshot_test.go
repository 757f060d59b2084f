package eventtime_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/eventtime"
)

// TestSnapshotIsTheGreatestThatIsUsable holds SnapshotAt to the text of the semantics, in unbounded integers.
func TestSnapshotIsTheGreatestThatIsUsable(t *testing.T) {
	t.Parallel()
	none := 0
	lengths := rapid.OneOf(rapid.Int64Range(1, 10), rapid.Int64Range(1, int64(400*eventtime.Day)), rapid.Just(int64(eventtime.Max-eventtime.Min)))
	rapid.Check(t, func(t *rapid.T) {
		asOf := drawInstant(t, "asOf")
		r := lengths.Draw(t, "refresh")
		d := rapid.OneOf(rapid.Just(int64(0)), lengths).Draw(t, "delay")
		got := eventtime.SnapshotAt(asOf, eventtime.Duration(r), eventtime.Duration(d))
		want := big.NewInt(int64(asOf))
		want.Sub(want, big.NewInt(d))
		want.Sub(want, new(big.Int).Mod(want, big.NewInt(r))) // Mod is never negative
		if want.Cmp(big.NewInt(int64(eventtime.Min))) < 0 {
			none++
			want.SetInt64(int64(eventtime.None))
		}
		if want.Int64() != int64(got) {
			t.Fatalf("at %d, every %d after %d: %d, want %d", asOf, r, d, got, want)
		}
	})
	if none == 0 {
		t.Error("no instant lay before all snapshots: the generator misses a case")
	}
	if got := eventtime.SnapshotAt(eventtime.None, 1, 0); got != eventtime.None {
		t.Errorf("of no instant: %v", got)
	}
}

func TestSnapshotTTLOutlastsTwoFailedRuns(t *testing.T) {
	t.Parallel()
	if got, want := eventtime.SnapshotTTL(eventtime.Hour, eventtime.Minute), 3*eventtime.Hour+eventtime.Minute; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
