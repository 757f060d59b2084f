package expr

import "time"

func times() []function {
	part := func(name, doc string, f func(time.Time) int64) function {
		return function{name: name, group: "Times", doc: doc, overloads: []overload{
			bound(partOf(f), integer, moment), bound(partOf(f), integer, moment, word)}}
	}
	unit := func(name string, microseconds float64) function {
		return function{name: name, group: "Times", doc: "length of a duration in " + name, overloads: []overload{
			of(map1(getInts, getFloats, func(d int64) float64 { return float64(d) / microseconds }), float, span)}}
	}
	return []function{
		part("year", "year(t) in UTC, year(t, zone) in an IANA zone; so are all parts of a time", func(t time.Time) int64 { return int64(t.Year()) }),
		part("month", "1 to 12", func(t time.Time) int64 { return int64(t.Month()) }),
		part("day", "day of the month, 1 to 31", func(t time.Time) int64 { return int64(t.Day()) }),
		part("hour", "0 to 23", func(t time.Time) int64 { return int64(t.Hour()) }),
		part("minute", "0 to 59", func(t time.Time) int64 { return int64(t.Minute()) }),
		part("second", "0 to 59", func(t time.Time) int64 { return int64(t.Second()) }),
		part("day_of_week", "0 (Monday) to 6 (Sunday)", func(t time.Time) int64 { return (int64(t.Weekday()) + 6) % 7 }),
		part("day_of_year", "1 to 366", func(t time.Time) int64 { return int64(t.YearDay()) }),
		{name: "epoch_seconds", group: "Times", doc: "whole seconds since 1970, floored", overloads: []overload{of(map1(getInts, getInts, epochSeconds), integer, moment)}},
		{name: "date_trunc", group: "Times", doc: `date_trunc(unit, t) or date_trunc(unit, t, zone): the beginning of the "second", "minute", "hour", "day", "week" (Monday), "month" or "year" that holds t`, overloads: []overload{
			bound(truncOf, moment, word, moment), bound(truncOf, moment, word, moment, word)}},
		{name: "timestamp", group: "Times", doc: `timestamp("2026-03-12T10:00:00Z"), a literal; timestamp(text, zone) for one without offset; timestamp(seconds) since 1970`, overloads: []overload{
			bound(timeOfText, moment, word), bound(timeOfText, moment, word, word), of(try1(getInts, getInts, timeOfSeconds), moment, integer)}},
		{name: "duration", group: "Times", doc: `a literal length of time: duration("90s"), duration("7d"), duration("P1DT12H")`, overloads: []overload{bound(spanOfText, span, word)}},
		unit("seconds", 1e6), unit("minutes", 60e6), unit("hours", 3600e6), unit("days", 86400e6),
	}
}
