package eventtime

import (
	"math"
	"time"

	"github.com/truepoint/truepoint/errs"
)

// An Instant is a count of microseconds since 1970-01-01T00:00:00Z. Valid instants lie in [Min, Max];
// None is the only other value in use and means "no time", never a moment.
type Instant int64

// Bounds of the representable range, inclusive: year 0001 to 9999.
const (
	Min Instant = -62135596800 * 1e6
	Max Instant = 253402300800*1e6 - 1
	// None stands for an absent created time. It compares before every valid instant, which is exactly the
	// rank that a row without created time has (design/semantics.md 4.2).
	None Instant = math.MinInt64
)

// Second, Minute, Hour and Day are lengths in microseconds.
const (
	Microsecond Duration = 1
	Millisecond          = 1000 * Microsecond
	Second               = 1000 * Millisecond
	Minute               = 60 * Second
	Hour                 = 60 * Minute
	Day                  = 24 * Hour
)

// A Duration is a length of time in microseconds. Text form: ParseDuration.
type Duration int64

// A TTL is a Duration in the role of time to live; 0 means that a value never expires.
type TTL = Duration

// A Clock returns the present instant. It is read at the edges only and passed inwards.
type Clock func() Instant

// FromTime returns t floored to the microsecond. Errors: OutOfRange outside year 0001 to 9999.
func FromTime(t time.Time) (Instant, error) {
	s := t.Unix()
	if s < int64(Min)/1e6 || s > int64(Max)/1e6 {
		return 0, errs.New(errs.OutOfRange, "time %s is outside the years 0001 to 9999", t.Format(time.RFC3339))
	}
	return Instant(s*1e6 + int64(t.Nanosecond())/1000), nil
}

// Time returns i in UTC. It panics for None, which is no moment.
func (i Instant) Time() time.Time {
	if i == None {
		panic("eventtime: None is not a moment")
	}
	return time.UnixMicro(int64(i)).UTC()
}

// Valid reports whether i lies in [Min, Max].
func (i Instant) Valid() bool { return i >= Min && i <= Max }

// Add returns i+d, clamped to [Min, Max]; None stays None.
func (i Instant) Add(d Duration) Instant {
	if i == None {
		return None
	}
	s := int64(i) + int64(d)
	switch {
	case d > 0 && s < int64(i), s > int64(Max):
		return Max
	case d < 0 && s > int64(i), s < int64(Min):
		return Min
	}
	return Instant(s)
}

// Sub returns i−j, clamped to the range of Duration.
func (i Instant) Sub(j Instant) Duration {
	d := int64(i) - int64(j)
	if (i > j) != (d > 0) && i != j {
		if i > j {
			return math.MaxInt64
		}
		return math.MinInt64
	}
	return Duration(d)
}

// String returns RFC 3339 in UTC with the shortest of 0, 3 or 6 fraction digits, and "none" for None.
func (i Instant) String() string { return string(i.Append(make([]byte, 0, 32))) }

// Append appends String to dst.
func (i Instant) Append(dst []byte) []byte {
	if i == None {
		return append(dst, "none"...)
	}
	t := i.Time()
	switch {
	case int64(i)%1e6 == 0:
		return t.AppendFormat(dst, "2006-01-02T15:04:05Z")
	case int64(i)%1e3 == 0:
		return t.AppendFormat(dst, "2006-01-02T15:04:05.000Z")
	}
	return t.AppendFormat(dst, "2006-01-02T15:04:05.000000Z")
}

// MarshalText returns String.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (i *Instant) UnmarshalText(b []byte) error {
	if string(b) == "none" {
		*i = None
		return nil
	}
	p, err := Parse(string(b), time.UTC)
	if err == nil {
		*i = p
	}
	return err
}

// Floor returns the greatest multiple of step, counted from the epoch, that is ≤ i: toward −∞, also before 1970.
// step must be positive.
func Floor(i Instant, step Duration) Instant {
	r := int64(i) % int64(step)
	if r < 0 {
		r += int64(step)
	}
	return i - Instant(r)
}
