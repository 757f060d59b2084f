package eventtime

import (
	"math"
	"strings"
	"time"
	_ "time/tzdata" // so that zone names resolve on machines without a zone database

	"github.com/truepoint/truepoint/errs"
)

// LoadLocation returns the zone called name, such as Asia/Seoul; "" is UTC. The machine's own zone ("Local") is
// refused, because a definition must mean the same everywhere. Errors: InvalidArgument for an unknown name.
func LoadLocation(name string) (*time.Location, error) {
	if name == "" || name == "UTC" {
		return time.UTC, nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil || strings.EqualFold(name, "local") {
		return nil, errs.New(errs.InvalidArgument, "unknown time zone %q", name).WithID("T0103").
			WithHint("use a name of the IANA database, such as Asia/Seoul or UTC")
	}
	return loc, nil
}

// Local returns the instant at which clocks in loc (nil = UTC) show the date and time of day of wall; the zone of
// wall itself is ignored. Errors: those of Localizer.Instant.
func Local(wall time.Time, loc *time.Location) (Instant, error) {
	i, err := FromTime(time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(),
		wall.Nanosecond(), time.UTC))
	if err != nil {
		return 0, err
	}
	return NewLocalizer(loc).Instant(i)
}

// A Localizer turns wall-clock times of one zone into instants. It remembers the last zone period, so that a column
// of neighbouring times costs a few comparisons each. It is not safe for concurrent use.
type Localizer struct {
	loc    *time.Location
	lo, hi Instant // wall times in [lo, hi) have exactly one instant, at offset
	offset Duration
}

// spread bounds how far two offsets of one zone can lie apart around one moment: Samoa skipped a whole day.
const spread = 26 * Hour

// NewLocalizer returns a Localizer for loc; nil means UTC.
func NewLocalizer(loc *time.Location) *Localizer {
	l := &Localizer{loc: loc}
	if loc == nil || loc == time.UTC {
		l.lo, l.hi = math.MinInt64, math.MaxInt64
	}
	return l
}

// Instant returns the instant at which clocks in the zone show wall, which is given as the instant at which clocks
// in UTC show it. A time that the clocks skip (daylight-saving gap) is an error; one that they show twice (fold) is
// the earlier instant.
//
// Errors: InvalidArgument in a gap, OutOfRange outside the years 0001 to 9999.
func (l *Localizer) Instant(wall Instant) (Instant, error) {
	if wall >= l.lo && wall < l.hi {
		return l.check(wall, wall-Instant(l.offset))
	}
	return l.search(wall)
}

func (l *Localizer) check(wall, i Instant) (Instant, error) {
	if !wall.Valid() || !i.Valid() {
		return 0, errs.New(errs.OutOfRange, "local time is outside the years 0001 to 9999").WithID("T0107")
	}
	return i, nil
}

// search walks the zone periods that can show wall, from the earliest on; the first that does wins.
func (l *Localizer) search(wall Instant) (Instant, error) {
	if !wall.Valid() {
		return l.check(wall, wall)
	}
	for at := wall - Instant(spread); at <= wall+Instant(spread); {
		first, last, offset := l.period(at)
		if i := wall - Instant(offset); i >= first && i < last {
			l.remember(first, last, offset)
			return l.check(wall, i)
		}
		at = last
	}
	return 0, errs.New(errs.InvalidArgument, "local time %s does not exist in %s: the clocks were put forward over it",
		wall.Time().Format("2006-01-02T15:04:05.999999"), l.loc).WithID("T0102").
		WithHint("write the time with its offset, or declare the right timezone")
}

// period returns the bounds first ≤ at < last of a stretch of time with one offset, and the offset.
func (l *Localizer) period(at Instant) (first, last Instant, offset Duration) {
	t := time.UnixMicro(int64(at)).In(l.loc)
	_, seconds := t.Zone()
	start, end := t.ZoneBounds()
	first, last = math.MinInt64, math.MaxInt64
	if !start.IsZero() {
		first = Instant(start.UnixMicro())
	}
	if !end.IsZero() {
		last = Instant(end.UnixMicro())
	}
	if first > at || last <= at {
		// On the last day of a leap year after 2037 ZoneBounds says a period that is over already (seen with Go 1.26);
		// no zone changes its offset then, so an hour is safe.
		first, last = at, at+Instant(Hour)
	}
	return first, last, Duration(seconds) * Second
}

// remember keeps the part of a period in which no neighbouring period can show the same wall time.
func (l *Localizer) remember(first, last Instant, offset Duration) {
	l.lo, l.hi, l.offset = Min, Max+1, offset
	if first > Min {
		l.lo = first + Instant(offset+spread)
	}
	if last < Max {
		l.hi = last + Instant(offset)
	}
}
