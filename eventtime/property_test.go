package eventtime_test

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

func drawInstant(t *rapid.T, name string) eventtime.Instant {
	return eventtime.Instant(rapid.Int64Range(int64(eventtime.Min), int64(eventtime.Max)).Draw(t, name))
}

func TestInstantTextReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawInstant(t, "instant")
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got eventtime.Instant
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Fatalf("%s read back as %d, %v, want %d", text, got, err, want)
		}
	})
}

func TestParseAgreesWithTheStandardLibrary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMicro(int64(drawInstant(t, "instant"))).Add(time.Duration(rapid.IntRange(0, 999).Draw(t, "ns")))
		at = at.In(time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "offset minutes")))
		if at.Year() < 1 || at.Year() > 9999 {
			return
		}
		text := at.Format(time.RFC3339Nano)
		want, wantErr := eventtime.FromTime(at)
		got, err := eventtime.Parse(text, nil)
		if got != want || (err == nil) != (wantErr == nil) {
			t.Fatalf("%s: got %d, %v, want %d, %v", text, got, err, want, wantErr)
		}
	})
}

var zones = []string{
	"UTC", "Asia/Seoul", "America/New_York", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe",
	"Europe/London", "Africa/Casablanca", "Africa/Monrovia", "Asia/Kathmandu", "Antarctica/Troll",
}

// Every instant is read back from its local text, except that in a fold the earlier instant answers, and the local
// texts of gaps are errors. The zone's transitions are found by scanning offsets, not by the code under test.
func TestLocalTimesAreReadAsTheEarliestInstantThatShowsThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		loc, err := eventtime.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		// Half of the walls lie near a transition between 1960 and 2105.
		near := time.Unix(rapid.Int64Range(-315619200, 4260211200).Draw(t, "near"), 0).In(loc)
		if _, end := near.ZoneBounds(); !end.IsZero() && rapid.Bool().Draw(t, "at a transition") {
			near = end
		}
		wall := near.Add(time.Duration(rapid.IntRange(-26*60, 26*60).Draw(t, "minutes")) * time.Minute)
		naive := wall.Format("2006-01-02T15:04:05")
		// The oracle tries every offset that the zone has within two days, earliest instant first.
		utc, _ := time.Parse("2006-01-02T15:04:05", naive)
		want, found := time.Time{}, false
		for m := -48 * 60; m <= 48*60; m += 5 {
			_, off := utc.Add(time.Duration(m) * time.Minute).In(loc).Zone()
			c := utc.Add(-time.Duration(off) * time.Second)
			if c.In(loc).Format("2006-01-02T15:04:05") == naive && (!found || c.Before(want)) {
				want, found = c, true
			}
		}
		got, err := eventtime.Parse(naive, loc)
		if found != (err == nil) || found && int64(got) != want.UnixMicro() {
			t.Fatalf("%s in %s: got %s, %v, want %s, found %v", naive, loc, got, err, want.UTC(), found)
		}
		direct, directErr := eventtime.Local(utc, loc)
		if direct != got || (directErr == nil) != (err == nil) {
			t.Fatalf("Local = %d, %v, Parse = %d, %v", direct, directErr, got, err)
		}
	})
}

func TestLocalizerRemembersNothingWrong(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		loc, err := eventtime.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		l := eventtime.NewLocalizer(loc)
		start := rapid.Int64Range(-315619200, 4260211200).Draw(t, "start")
		for range 50 {
			wall := eventtime.Instant(start+rapid.Int64Range(-1e7, 1e7).Draw(t, "seconds")) * 1e6
			got, err := l.Instant(wall)
			want, wantErr := eventtime.NewLocalizer(loc).Instant(wall)
			if got != want || (err == nil) != (wantErr == nil) {
				t.Fatalf("wall %s: got %d, %v, a fresh one says %d, %v", wall, got, err, want, wantErr)
			}
		}
	})
}

func TestFromUnitIsExactOrRefused(t *testing.T) {
	t.Parallel()
	scale := map[eventtime.Unit][2]int64{"s": {1e6, 1}, "ms": {1e3, 1}, "us": {1, 1}, "ns": {1, 1e3}}
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.SampledFrom([]eventtime.Unit{"s", "ms", "us", "ns"}).Draw(t, "unit")
		n := rapid.Int64().Draw(t, "n") >> rapid.IntRange(0, 40).Draw(t, "shift")
		want := new(big.Int).Mul(big.NewInt(n), big.NewInt(scale[u][0]))
		want.Div(want, big.NewInt(scale[u][1])) // Euclidean division floors for a positive divisor
		fits := want.IsInt64() && eventtime.Instant(want.Int64()).Valid()
		got, err := eventtime.FromUnit(n, u)
		if fits != (err == nil) || fits && int64(got) != want.Int64() {
			t.Fatalf("%d %s: got %d, %v, want %s", n, u, got, err, want)
		}
		if err != nil && errs.CodeOf(err) != errs.OutOfRange {
			t.Fatalf("%d %s: code %s", n, u, errs.CodeOf(err))
		}
	})
}

func TestDurationTextReadsBackAndIsShortest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]eventtime.Duration{1, eventtime.Millisecond, eventtime.Second, eventtime.Minute, eventtime.Hour, eventtime.Day, 7 * eventtime.Day}).Draw(t, "unit")
		want := unit * eventtime.Duration(rapid.Int64Range(0, 3e17/int64(unit)).Draw(t, "n"))
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got eventtime.Duration
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Fatalf("%q read back as %d, %v, want %d", text, got, err, want)
		}
	})
	if _, err := eventtime.Duration(-1).MarshalText(); errs.CodeOf(err) != errs.InvalidArgument {
		t.Fatalf("a negative duration was written: %v", err)
	}
}

func TestFloorIsTheGreatestMultipleNotLater(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		i := drawInstant(t, "instant")
		step := eventtime.Duration(rapid.Int64Range(1, 1e15).Draw(t, "step"))
		f := eventtime.Floor(i, step)
		if int64(f)%int64(step) != 0 || f > i || i-f >= eventtime.Instant(step) {
			t.Fatalf("Floor(%d, %d) = %d", i, step, f)
		}
	})
}

func TestVisibleBoundsAreInclusive(t *testing.T) {
	t.Parallel()
	const at, ttl = eventtime.Instant(1_000_000), eventtime.TTL(1000)
	for _, c := range []struct {
		name             string
		event, available eventtime.Instant
		ttl              eventtime.TTL
		want             bool
	}{
		{"EventAtAsOf", at, at, ttl, true},
		{"EventAfterAsOf", at + 1, at, ttl, false},
		{"AvailableAfterAsOf", at, at + 1, ttl, false},
		{"ExactlyTTLOld", at - 1000, at, ttl, true},
		{"OneMicrosecondTooOld", at - 1001, at, ttl, false},
		{"NoTTL", eventtime.Min, at, 0, true},
		{"TTLReachesBeforeYearOne", eventtime.Min, at, math.MaxInt64, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := eventtime.Visible(c.event, c.available, at, c.ttl); got != c.want {
				t.Fatalf("Visible(%d, %d, %d, %d) = %v", c.event, c.available, at, c.ttl, got)
			}
		})
	}
}
