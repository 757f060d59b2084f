package eventtime

import (
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// durationMax bounds what ParseDuration accepts: the whole range of instants.
const durationMax = Duration(Max - Min)

type durationUnit struct {
	name string
	size Duration
}

// durationUnits is in ascending order of size.
var durationUnits = [...]durationUnit{
	{"us", Microsecond}, {"ms", Millisecond}, {"s", Second}, {"m", Minute}, {"h", Hour}, {"d", Day}, {"w", 7 * Day},
}

// ParseDuration returns the length that text names: a whole number and one of us, ms, s, m, h, d, w ("90s", "15m",
// "7d"), an ISO 8601 duration in weeks, days, hours, minutes and seconds ("P7D", "P1DT12H", "P2W"), or "0". A day is
// 24 hours and a week 7 days. ISO years and months have no fixed length and are refused, and so are signs, blanks,
// fractions and a number without a unit.
//
// Errors: InvalidArgument for any other text, OutOfRange above 9,999 years.
func ParseDuration(text string) (Duration, error) {
	if text == "0" {
		return 0, nil
	}
	if strings.HasPrefix(text, "P") {
		return parseISO(text)
	}
	number, rest := leadingDigits(text)
	if number == "" {
		return 0, malformedDuration(text)
	}
	for _, u := range durationUnits {
		if rest == u.name {
			return addUnits(0, number, u.size, text)
		}
	}
	return 0, malformedDuration(text)
}

func leadingDigits(s string) (digits, rest string) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[:n], s[n:]
}

// addUnits returns d + number·size. text is for errors.
func addUnits(d Duration, number string, size Duration, text string) (Duration, error) {
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n > int64((durationMax-d)/size) {
		if len(text) > textMax {
			text = text[:textMax] + "…"
		}
		return 0, errs.New(errs.OutOfRange, "duration %q is longer than 9,999 years", text).WithID("T0106")
	}
	return d + Duration(n)*size, nil
}

// parseISO reads PnW, or P[nD][T[nH][nM][nS]] with at least one part.
func parseISO(text string) (Duration, error) {
	date, clock, hasClock := strings.Cut(text[1:], "T")
	if hasClock && clock == "" || !hasClock && date == "" {
		return 0, malformedDuration(text)
	}
	dateUnits := "D"
	if !hasClock && strings.HasSuffix(date, "W") {
		dateUnits = "W"
	}
	d, err := addParts(0, date, dateUnits, text)
	if err != nil {
		return 0, err
	}
	return addParts(d, clock, "HMS", text)
}

// addParts adds numbers that are each followed by one of units, in that order and each at most once.
func addParts(d Duration, rest, units, text string) (Duration, error) {
	for rest != "" {
		number, after := leadingDigits(rest)
		if number == "" || after == "" {
			return 0, malformedDuration(text)
		}
		at := strings.IndexByte(units, after[0])
		if at < 0 {
			return 0, malformedDuration(text)
		}
		var err error
		if d, err = addUnits(d, number, isoSize(after[0]), text); err != nil {
			return 0, err
		}
		rest, units = after[1:], units[at+1:]
	}
	return d, nil
}

func isoSize(letter byte) Duration {
	switch letter {
	case 'W':
		return 7 * Day
	case 'D':
		return Day
	case 'H':
		return Hour
	case 'M':
		return Minute
	}
	return Second
}

func malformedDuration(text string) error {
	hint := "write a whole number and a unit, such as 90s, 15m, 24h, 7d or 2w"
	switch number, rest := leadingDigits(text); {
	case number != "" && rest == "":
		hint = "a number needs a unit: " + text + "s, " + text + "m, " + text + "h or " + text + "d"
	case strings.HasPrefix(text, "-"):
		hint = "a duration is not negative"
	case strings.HasPrefix(text, "P") && strings.ContainsAny(text, "YM"):
		hint = "years and months have no fixed length; write days, such as P30D"
	}
	if len(text) > textMax {
		text, hint = text[:textMax]+"…", "write a whole number and a unit, such as 90s, 15m, 24h, 7d or 2w"
	}
	return errs.New(errs.InvalidArgument, "%q is not a duration", text).WithID("T0106").WithHint("%s", hint)
}

// String returns the shortest text in one unit that says d exactly, such as "90s", "1d" or "2w"; weeks are used only
// where they are shorter than days. Zero is "0". A negative d has a leading minus, which ParseDuration refuses.
func (d Duration) String() string {
	if d == 0 {
		return "0"
	}
	best := ""
	for _, u := range durationUnits {
		if d%u.size != 0 {
			continue
		}
		if s := strconv.FormatInt(int64(d/u.size), 10) + u.name; best == "" || len(s) < len(best) {
			best = s
		}
	}
	return best
}

// Seconds returns d in seconds, rounded to the nearest float64.
func (d Duration) Seconds() float64 { return float64(d) / 1e6 }

// MarshalText returns String. Errors: InvalidArgument for a negative duration.
func (d Duration) MarshalText() ([]byte, error) {
	if d < 0 {
		return nil, errs.New(errs.InvalidArgument, "duration %s cannot be written", d).WithID("T0106")
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText writes, and all else that ParseDuration does.
func (d *Duration) UnmarshalText(b []byte) error {
	p, err := ParseDuration(string(b))
	if err == nil {
		*d = p
	}
	return err
}
