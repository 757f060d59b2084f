package eventtime

import (
	"github.com/truepoint/truepoint/errs"
)

// A Unit is what a numeric timestamp counts since the epoch.
type Unit string

// The units; "" stands for "not declared" and is never valid in FromUnit.
const (
	Seconds      Unit = "s"
	Milliseconds Unit = "ms"
	Microseconds Unit = "us"
	Nanoseconds  Unit = "ns"
)

var units = [...]Unit{Seconds, Milliseconds, Microseconds, Nanoseconds}

// ParseUnit returns the unit called s, ms, us or ns. Errors: InvalidArgument.
func ParseUnit(text string) (Unit, error) {
	for _, u := range units {
		if text == string(u) {
			return u, nil
		}
	}
	return "", errs.New(errs.InvalidArgument, "unknown timestamp unit %q, expected s, ms, us or ns", text).WithID("T0104")
}

// FromUnit returns the instant n units after the epoch; n may be negative. Nanoseconds are floored to the
// microsecond, toward −∞. Errors: OutOfRange outside the years 0001 to 9999, with the unit that n probably has;
// InvalidArgument for an undeclared unit.
func FromUnit(n int64, u Unit) (Instant, error) {
	i, ok := convert(n, u)
	switch {
	case u == "":
		return 0, errs.New(errs.InvalidArgument, "timestamp %d has no declared unit", n).WithID("T0104").
			WithHint("declare timestamp_unit: s, ms, us or ns%s", probable(n, u))
	case !ok:
		return 0, errs.New(errs.OutOfRange, "timestamp %d in %s is outside the years 0001 to 9999", n, u).WithID("T0107").
			WithHint("declare the right timestamp_unit%s", probable(n, u))
	}
	return i, nil
}

func convert(n int64, u Unit) (i Instant, ok bool) {
	switch u {
	case Seconds:
		n, ok = mulOK(n, 1e6)
	case Milliseconds:
		n, ok = mulOK(n, 1e3)
	case Microseconds:
		ok = true
	case Nanoseconds:
		n, ok = floorDiv(n, 1e3), true
	}
	return Instant(n), ok && Instant(n).Valid()
}

// plausibleEnd is the first instant of 2101.
const plausibleEnd = Instant(4133980800 * 1e6)

// MomentFromUnit is FromUnit for event and created columns whose file does not carry the unit: an instant before 1970 or
// after 2100 has most likely another unit, and is an error that names it. Feature values, such as birth dates, are not
// read by it. Errors: those of FromUnit, and OutOfRange.
func MomentFromUnit(n int64, u Unit) (Instant, error) {
	i, err := FromUnit(n, u)
	if err != nil || i >= 0 && i < plausibleEnd {
		return i, err
	}
	return 0, errs.New(errs.OutOfRange, "timestamp %d in %s is %s, which is before 1970 or after 2100", n, u, i).WithID("T0105").
		WithHint("declare the right timestamp_unit%s", probable(n, u))
}

// probable returns "; … is probably in X" for the unit other than u that puts n nearest to the present age: into the
// years 2000 to 2100, else 1970 to 2100; "" if none does.
func probable(n int64, u Unit) string {
	const y2000 = Instant(946684800 * 1e6)
	for _, from := range [...]Instant{y2000, 0} {
		for _, other := range units {
			if i, ok := convert(n, other); ok && other != u && i >= from && i < plausibleEnd && n > 0 {
				return "; it is probably " + string(other) + " (" + i.String() + ")"
			}
		}
	}
	return ""
}
