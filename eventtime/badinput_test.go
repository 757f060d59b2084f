package eventtime_test

import (
	"math"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// expect asserts an instant, or the code of an error for "error …".
func expect(t *testing.T, text, zone, want string) {
	t.Helper()
	loc, err := eventtime.LoadLocation(zone)
	var i eventtime.Instant
	if err == nil {
		i, err = eventtime.Parse(text, loc)
	}
	got := i.String()
	if err != nil {
		got = "error " + errs.CodeOf(err).String()
	}
	if got != want {
		t.Errorf("%q in %q: got %s (%v), want %s", text, zone, got, err, want)
	}
}

func TestBadInput_20_durations_are_typed_errors_or_exact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1.5": "invalid_argument", "5": "invalid_argument", "-1h": "invalid_argument", "1_000": "invalid_argument",
		"99999999999h": "out_of_range", "": "invalid_argument", "1M": "invalid_argument", "9999999999999999999999": "invalid_argument",
		strings.Repeat("9", 1<<20) + "h": "out_of_range", strings.Repeat("x", 1<<20): "invalid_argument",
	} {
		d, err := eventtime.ParseDuration(text)
		if got := errs.CodeOf(err).String(); got != want || d != 0 {
			t.Errorf("%.20q: got %d, %s, want %s", text, d, got, want)
		}
		if err != nil && len(err.Error()) > 400 {
			t.Errorf("%.20q: a message of %d bytes", text, len(err.Error()))
		}
	}
	for text, want := range map[string]eventtime.Duration{
		"0": 0, "1d": eventtime.Day, "9999999h": 9999999 * eventtime.Hour,
	} {
		if d, err := eventtime.ParseDuration(text); err != nil || d != want {
			t.Errorf("%q: got %d, %v, want %d", text, d, err, want)
		}
	}
	if _, err := eventtime.ParseDuration("5"); err == nil || !strings.Contains(err.Error(), "5s") {
		t.Errorf("the error of a bare number does not offer units: %v", err)
	}
}

func TestBadInput_88_gap_fold_zone_and_offsets(t *testing.T) {
	t.Parallel()
	expect(t, "2026-03-08T02:30:00", "America/New_York", "error invalid_argument")
	expect(t, "2026-11-01T01:30:00", "America/New_York", "2026-11-01T05:30:00Z")
	expect(t, "2026-11-01T01:30:00", "Mars/Olympus", "error invalid_argument")
	expect(t, "2026-11-01T01:30:00", "../../etc/passwd", "error invalid_argument")
	expect(t, "2026-11-01T01:30:00", "local", "error invalid_argument")
	expect(t, "2026-03-12T10:00:00-00:00", "Asia/Seoul", "2026-03-12T10:00:00Z")
	expect(t, "2026-03-12T10:00:00+14:00", "", "2026-03-11T20:00:00Z")
	expect(t, "2026-03-12T10:00:00+24:00", "", "error invalid_argument")
}

func TestBadInput_89_leap_second_hour_24_comma_and_ten_digits(t *testing.T) {
	t.Parallel()
	expect(t, "2016-12-31T23:59:60Z", "", "error invalid_argument")
	expect(t, "2026-03-12T24:00:00Z", "", "error invalid_argument")
	expect(t, "2026-03-12T10:00:00,123Z", "", "error invalid_argument")
	expect(t, "2026-03-12T10:00:00.1234567899Z", "", "2026-03-12T10:00:00.123456Z")
	expect(t, "1773309600", "", "error invalid_argument")
}

func TestBadInput_90_epoch_negative_and_far_times_are_exact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]eventtime.Instant{
		"1970-01-01T00:00:00Z":           0,
		"1969-12-31T23:59:59.999999Z":    -1,
		"9999-12-31T23:59:59.999999Z":    eventtime.Max,
		"0001-01-01T00:00:00Z":           eventtime.Min,
		"2262-04-11T23:47:16.854776Z":    math.MaxInt64/1000 + 1,
		"1677-09-21T00:12:43.145224192Z": math.MinInt64/1000 - 1,
	} {
		if got, err := eventtime.Parse(text, nil); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", text, got, err, want)
		}
	}
}

func TestBadInput_91_the_unit_is_declared_and_the_hint_names_the_right_one(t *testing.T) {
	t.Parallel()
	const now = int64(1_773_309_600)
	for unit, n := range map[eventtime.Unit]int64{"s": now, "ms": now * 1e3, "us": now * 1e6, "ns": now * 1e9} {
		if _, err := eventtime.FromUnit(n, ""); err == nil || !strings.Contains(err.Error(), "probably "+string(unit)) {
			t.Errorf("%d without a unit: %v", n, err)
		}
		for _, declared := range []eventtime.Unit{"s", "ms", "us", "ns"} {
			i, err := eventtime.MomentFromUnit(n, declared)
			if declared == unit && (err != nil || i.Time().Unix() != now) {
				t.Errorf("%d %s: got %s, %v", n, declared, i, err)
			}
			if err != nil && !strings.Contains(err.Error(), "probably "+string(unit)) {
				t.Errorf("%d declared %s is %s, the error says %v", n, declared, unit, err)
			}
		}
	}
}
