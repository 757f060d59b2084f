package eventtime

import (
	"math"
	"time"

	"github.com/truepoint/truepoint/errs"
)

// textMax bounds the length in bytes of a timestamp's text, so that a hostile cell costs nothing.
const textMax = 64

// Parse returns the instant that text names. It reads RFC 3339 and its naive relatives:
//
//	2006-01-02                         midnight
//	2006-01-02T15:04[:05[.fraction]]   "T", "t" or one blank between date and time
//	… followed by Z, z, ±hh:mm, ±hhmm, ±hh, " UTC" or nothing
//
// A text without a zone is local to loc (nil means UTC); Local says what happens in a daylight-saving gap or fold.
// Fraction digits beyond the sixth are floored, toward −∞ also before 1970. The offset −00:00 is UTC.
//
// Errors: InvalidArgument for any other text, among them a leap second (:60), 24:00, a comma as decimal sign and a
// bare number, which needs a declared unit; OutOfRange outside the years 0001 to 9999.
func Parse(text string, loc *time.Location) (Instant, error) {
	p := parser{rest: text}
	wall, why := p.wall()
	if why != "" {
		return 0, malformed(text, why)
	}
	offset, zoned, why := p.zone()
	if why != "" {
		return 0, malformed(text, why)
	}
	if !zoned {
		return NewLocalizer(loc).Instant(wall)
	}
	i := wall - Instant(offset)*Instant(Second)
	if !i.Valid() {
		return 0, errs.New(errs.OutOfRange, "time %q is outside the years 0001 to 9999", text).WithID("T0107")
	}
	return i, nil
}

func malformed(text, why string) error {
	if len(text) > textMax {
		text = text[:textMax] + "…"
	}
	return errs.New(errs.InvalidArgument, "%q is not a time: %s", text, why).WithID("T0101").
		WithHint("write RFC 3339, such as 2026-03-12T10:00:00Z")
}

// A parser consumes a timestamp from the left. Its methods return why the text is malformed, or "".
type parser struct{ rest string }

// digits consumes exactly n decimal digits.
func (p *parser) digits(n int) (int, bool) {
	if len(p.rest) < n {
		return 0, false
	}
	v := 0
	for i := range n {
		c := p.rest[i] - '0'
		if c > 9 {
			return 0, false
		}
		v = 10*v + int(c)
	}
	p.rest = p.rest[n:]
	return v, true
}

// skip consumes one byte if it is among set.
func (p *parser) skip(set string) bool {
	if p.rest == "" {
		return false
	}
	for i := range len(set) {
		if p.rest[0] == set[i] {
			p.rest = p.rest[1:]
			return true
		}
	}
	return false
}

// wall consumes date and time of day and returns them as if they were UTC.
func (p *parser) wall() (Instant, string) {
	if len(p.rest) > textMax {
		return 0, "it is longer than 64 bytes"
	}
	if allDigits(p.rest) {
		return 0, "a number needs a declared unit (s, ms, us or ns)"
	}
	year, ok := p.digits(4)
	if !ok || !p.skip("-") {
		return 0, "expected year-month-day with a year of 4 digits"
	}
	month, okMonth := p.digits(2)
	okDash := p.skip("-")
	day, okDay := p.digits(2)
	if !okMonth || !okDash || !okDay {
		return 0, "expected year-month-day"
	}
	if year == 0 {
		return 0, "the year 0000 is before 0001"
	}
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, "there is no such day"
	}
	date := Instant(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix()) * Instant(Second)
	if p.rest == "" || !p.skip("Tt ") {
		return date, ""
	}
	d, why := p.timeOfDay()
	return date + Instant(d), why
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i > 0 && i == len(s)-1 && s[i] == '.'
		}
	}
	return s != ""
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// timeOfDay consumes hh:mm[:ss[.fraction]].
func (p *parser) timeOfDay() (Duration, string) {
	hour, okHour := p.digits(2)
	okColon := p.skip(":")
	minute, okMinute := p.digits(2)
	if !okHour || !okColon || !okMinute {
		return 0, "expected hours and minutes as hh:mm"
	}
	if hour == 24 {
		return 0, "hour 24 is not used: write 00:00 of the next day"
	}
	if hour > 23 || minute > 59 {
		return 0, "hours go to 23 and minutes to 59"
	}
	d := Duration(hour)*Hour + Duration(minute)*Minute
	if !p.skip(":") {
		return d, ""
	}
	second, ok := p.digits(2)
	switch {
	case !ok:
		return 0, "expected two digits of seconds"
	case second == 60:
		return 0, "leap seconds (:60) do not exist in this time scale"
	case second > 60:
		return 0, "seconds go to 59"
	case p.skip(","):
		return 0, "the decimal sign is a point, not a comma"
	}
	d += Duration(second) * Second
	if !p.skip(".") {
		return d, ""
	}
	return p.fraction(d)
}

// fraction consumes one or more digits and adds the first six to d. Dropping the others floors toward −∞, because
// a wall clock counts upwards before 1970 too.
func (p *parser) fraction(d Duration) (Duration, string) {
	n, scale := 0, Second
	for n < len(p.rest) && p.rest[n] >= '0' && p.rest[n] <= '9' {
		scale /= 10
		d += Duration(p.rest[n]-'0') * scale
		n++
	}
	if n == 0 {
		return 0, "expected digits after the decimal point"
	}
	p.rest = p.rest[n:]
	return d, ""
}

// zone consumes the rest. zoned is false when there is none; offset is in seconds east of UTC.
func (p *parser) zone() (offset int, zoned bool, why string) {
	switch p.rest {
	case "":
		return 0, false, ""
	case "Z", "z", " UTC":
		return 0, true, ""
	}
	sign := 1
	switch {
	case p.skip("+"):
	case p.skip("-"):
		sign = -1
	default:
		return 0, false, "expected Z, ±hh:mm or nothing after the time"
	}
	hour, ok := p.digits(2)
	minute, okMinute := 0, true
	if ok && p.rest != "" {
		p.skip(":")
		minute, okMinute = p.digits(2)
	}
	if !ok || !okMinute || p.rest != "" || hour > 23 || minute > 59 {
		return 0, false, "expected an offset between -23:59 and +23:59"
	}
	return sign * (hour*3600 + minute*60), true, ""
}

// floorDiv returns ⌊n/d⌋ for positive d.
func floorDiv(n, d int64) int64 {
	q := n / d
	if n%d < 0 {
		q--
	}
	return q
}

// mulOK returns n·m for positive m and whether it fits.
func mulOK(n, m int64) (int64, bool) {
	return n * m, n <= math.MaxInt64/m && n >= math.MinInt64/m
}
