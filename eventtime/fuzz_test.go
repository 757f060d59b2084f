package eventtime_test

import (
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// FuzzParseDuration: a text is refused with a code, or is a length that its shortest text says too.
func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"0", "90s", "15m", "24h", "7d", "2w", "P7D", "P1DT12H", "PT0.5S", "500ms", "1us", "-1h", "9999999h", "P", "PT", "1e3s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := eventtime.ParseDuration(text)
		if err != nil {
			if c := errs.CodeOf(err); d != 0 || c != errs.InvalidArgument && c != errs.OutOfRange {
				t.Fatalf("%q: %d, %v", text, d, err)
			}
			return
		}
		if d < 0 {
			t.Fatalf("%q is %d", text, d)
		}
		short := d.String()
		if back, err := eventtime.ParseDuration(short); err != nil || back != d {
			t.Fatalf("%q is %d, its text %q is %d, %v", text, d, short, back, err)
		}
		if !strings.HasPrefix(text, "P") && strings.Trim(text, "0") != "" && len(short) > len(strings.TrimLeft(text, "0")) {
			t.Fatalf("%q has the longer text %q", text, short)
		}
	})
}

// FuzzParse: a text is refused with a code, or is a valid instant that its own text says too; a text that the standard
// library reads as RFC 3339 is the same instant.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"2026-03-12T10:00:00Z", "2026-03-12", "2026-03-12 10:00:00.123456", "1969-12-31T23:59:59.9999999+14:00", "0001-01-01",
		"9999-12-31T23:59:59.999999Z", "2016-12-31T23:59:60Z", "2026-03-12T24:00:00Z", "2026-03-12T10:00:00,5Z", "1773309600",
		"2026-03-08T02:30:00", "2026-11-01T01:30:00", "2026-03-12T10:00:00-00:00", "2026-02-29",
	} {
		f.Add(s)
	}
	newYork, err := eventtime.LoadLocation("America/New_York")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, loc := range []*time.Location{nil, newYork} {
			i, err := eventtime.Parse(text, loc)
			if err != nil {
				if c := errs.CodeOf(err); i != 0 || c != errs.InvalidArgument && c != errs.OutOfRange {
					t.Fatalf("%q: %d, %v", text, i, err)
				}
				continue
			}
			if !i.Valid() {
				t.Fatalf("%q is %d", text, i)
			}
			if back, err := eventtime.Parse(i.String(), nil); err != nil || back != i {
				t.Fatalf("%q is %d, its text %s is %d, %v", text, i, i, back, err)
			}
			if std, err := time.Parse(time.RFC3339Nano, text); err == nil {
				if want, err := eventtime.FromTime(std); err != nil || want != i {
					t.Fatalf("%q is %d, the standard library says %d, %v", text, i, want, err)
				}
			}
		}
	})
}
