package expr

import (
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

func inRange(n int64) (int64, reason) {
	if !eventtime.Instant(n).Valid() {
		return 0, timeRange
	}
	return n, fine
}

// shift returns a time moved by a duration. A sum that wraps lies outside the years too: times are small beside 2⁶³.
func shift(t, by int64) (int64, reason) {
	s := t + by
	if (t^s)&(by^s) < 0 {
		return 0, timeRange
	}
	return inRange(s)
}

var (
	moveTime   = try2(getInts, getInts, getInts, shift)
	moveBack   = try2(getInts, getInts, getInts, func(by, t int64) (int64, reason) { return shift(t, by) })
	timeBefore = try2(getInts, getInts, getInts, func(t, by int64) (int64, reason) {
		if by == -1<<63 {
			return 0, timeRange
		}
		return shift(t, -by)
	})
	widenDates = try1(getInts, getInts, func(days int64) (int64, reason) {
		if days != int64(int32(days)) || days > 1e7 || days < -1e7 { // the product must not wrap
			return 0, timeRange
		}
		return inRange(days * int64(eventtime.Day))
	})
)

func epochSeconds(t int64) int64 {
	return int64(eventtime.Floor(eventtime.Instant(t), eventtime.Second)) / int64(eventtime.Second)
}

func timeOfSeconds(s int64) (int64, reason) {
	i, err := eventtime.FromUnit(s, "s")
	if err != nil {
		return 0, timeRange
	}
	return int64(i), fine
}

// zoneOf returns the zone that the literal at an index names; UTC if there is none.
func zoneOf(b binding, index int) (*time.Location, error) {
	if index >= len(b.words) {
		return time.UTC, nil
	}
	return eventtime.LoadLocation(b.words[index])
}

// partOf returns what binds a part of the wall-clock time to its zone.
func partOf(f func(time.Time) int64) func(binding) (kernel, error) {
	return func(b binding) (kernel, error) {
		zone, err := zoneOf(b, 0)
		if err != nil {
			return nil, err
		}
		return map1(getInts, getInts, func(t int64) int64 { return f(time.UnixMicro(t).In(zone)) }), nil
	}
}

// truncOf floors to a unit of the wall clock of a zone. Units of at most an hour are floored at the offset of the
// moment itself, so that both hours of a fold have a beginning.
func truncOf(b binding) (kernel, error) {
	zone, err := zoneOf(b, 1)
	if err != nil {
		return nil, err
	}
	floor, err := flooring(b.words[0])
	if err != nil {
		return nil, err
	}
	return try1(getInts, getInts, func(t int64) (int64, reason) { return inRange(floor(time.UnixMicro(t).In(zone)).UnixMicro()) }), nil
}

func flooring(unit string) (func(time.Time) time.Time, error) {
	switch unit {
	case "second":
		return func(t time.Time) time.Time { return floorClock(t, eventtime.Second) }, nil
	case "minute":
		return func(t time.Time) time.Time { return floorClock(t, eventtime.Minute) }, nil
	case "hour":
		return func(t time.Time) time.Time { return floorClock(t, eventtime.Hour) }, nil
	case "day":
		return func(t time.Time) time.Time { return midnight(t, t.Month(), t.Day()) }, nil
	case "week":
		return func(t time.Time) time.Time { return midnight(t, t.Month(), t.Day()-(int(t.Weekday())+6)%7) }, nil
	case "month":
		return func(t time.Time) time.Time { return midnight(t, t.Month(), 1) }, nil
	case "year":
		return func(t time.Time) time.Time { return midnight(t, time.January, 1) }, nil
	}
	return nil, errs.New(errs.InvalidArgument, "unknown unit %q", unit).WithID("T1107").
		WithHint("use second, minute, hour, day, week, month or year")
}

func floorClock(t time.Time, step eventtime.Duration) time.Time {
	_, seconds := t.Zone()
	offset := int64(seconds) * int64(eventtime.Second)
	return time.UnixMicro(int64(eventtime.Floor(eventtime.Instant(t.UnixMicro()+offset), step)) - offset)
}

// midnight returns the first moment of a day: where the clocks skip midnight, the moment they do; where they show it
// twice, the earlier. time.Date promises neither.
func midnight(t time.Time, m time.Month, day int) time.Time {
	first := time.Date(t.Year(), m, day, 0, 0, 0, 0, t.Location())
	start, end := first.ZoneBounds()
	switch {
	case first.Hour() > 12 && end.After(first): // it lies before the gap
		return end
	case first.Hour() != 0 && !start.IsZero(): // behind it
		return start
	case start.IsZero():
		return first
	}
	_, now := first.Zone()
	_, before := start.Add(-1).Zone()
	if earlier := first.Add(time.Duration(now-before) * time.Second); now < before && earlier.Before(start) {
		return earlier
	}
	return first
}

func timeOfText(b binding) (kernel, error) {
	zone, err := zoneOf(b, 1)
	if err != nil {
		return nil, err
	}
	i, err := eventtime.Parse(b.words[0], zone)
	if err != nil {
		return nil, err
	}
	return fill(int64(i)), nil
}

func spanOfText(b binding) (kernel, error) {
	d, err := eventtime.ParseDuration(b.words[0])
	if err != nil {
		return nil, err
	}
	return fill(int64(d)), nil
}

// fill returns the kernel of a constant.
func fill(v int64) kernel {
	return func(n int, d *register, _ []*register) {
		for i := range n {
			d.ints[i] = v
		}
	}
}
