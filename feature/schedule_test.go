package feature_test

import (
	"testing"
	"time"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
)

func at(t *testing.T, text string) eventtime.Instant {
	t.Helper()
	i, err := eventtime.Parse(text, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestScheduleNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ schedule, after, want string }{
		{"0 3 * * *", "2026-03-01T03:00:00Z", "2026-03-02T03:00:00Z"},
		{"0 3 * * *", "2026-03-01T02:59:59.999999Z", "2026-03-01T03:00:00Z"},
		{"*/15 * * * *", "2026-12-31T23:50:00Z", "2027-01-01T00:00:00Z"},
		{"5-59/20 8 * * *", "2026-01-01T08:06:00Z", "2026-01-01T08:25:00Z"},
		{"0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"},
		{"0 0 * * sun", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z"},
		{"0 0 * * 7", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z"},
		{"0 0 13 * fri", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z"},
		{"0 0 31 4,5 *", "2026-01-01T00:00:00Z", "2026-05-31T00:00:00Z"},
		{"@monthly", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"},
		{"6h", "2026-01-01T05:00:00Z", "2026-01-01T06:00:00Z"},
		{"@every 1d", "1969-12-31T12:00:00Z", "1970-01-01T00:00:00Z"},
	} {
		s, err := feature.ParseSchedule(c.schedule)
		if err != nil {
			t.Errorf("%s: %v", c.schedule, err)
			continue
		}
		if got, ok := s.Next(at(t, c.after)); !ok || got != at(t, c.want) {
			t.Errorf("%s after %s: got %s, want %s", c.schedule, c.after, got, c.want)
		}
	}
}

func TestSchedulePeriodIsTheLongestDistance(t *testing.T) {
	t.Parallel()
	for schedule, want := range map[string]eventtime.Duration{
		"1d": eventtime.Day, "@hourly": eventtime.Hour, "0 8,20 * * *": 12 * eventtime.Hour, "0 6 * * mon-fri": 3 * eventtime.Day,
		"@monthly": 31 * eventtime.Day, "@yearly": 365 * eventtime.Day, "* * * * *": eventtime.Minute, "0 0 29 2 *": 1461 * eventtime.Day,
	} {
		s, err := feature.ParseSchedule(schedule)
		if err != nil || s.Period() != want {
			t.Errorf("%s: got %s, %v; want %s", schedule, s.Period(), err, want)
		}
	}
}

func FuzzParseSchedule(f *testing.F) {
	for _, seed := range []string{"0 3 * * *", "*/15 8-18 1,15 jan-mar mon-fri", "@daily", "@every 6h", "1d", "61 * * * *", "0 0 30 2 *", "* * * * *", "0 0 31 4 *", "-1 * * * *", "1-0 * * * *", "*/99999 * * * *"} {
		f.Add(seed)
	}
	start := eventtime.Instant(1_700_000_000_000_000)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := feature.ParseSchedule(text)
		if err != nil {
			return
		}
		next, ok := s.Next(start)
		if !ok || next <= start {
			t.Errorf("%q after %s: %s, %v", text, start, next, ok)
		}
		if s.Period() <= 0 {
			t.Errorf("%q has period %s", text, s.Period())
		}
	})
}

func FuzzParseRef(f *testing.F) {
	for _, seed := range []string{"v:f", "view:feature@v2", "", ":", "a:b:c", "ä:ö", "a:b\x00", "a :b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := feature.ParseRef(text)
		if err != nil {
			return
		}
		if r.String() != text || r.View == "" || r.Feature == "" {
			t.Errorf("%q reads as %q", text, r.String())
		}
	})
}
