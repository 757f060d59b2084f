package pit

import (
	"cmp"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A Candidate is a row of history as the rules see it: everything that decides whether it answers, and nothing else.
type Candidate struct {
	Event    eventtime.Instant
	Created  eventtime.Instant // None for a row without one: it is older than any row with one
	Rank     []value.Value     // the arrival sequence, if the source has one, then the tie-break columns in order
	Position int64             // of the row in its table
}

// Order compares c and d by what their source says about them: event time, then created time, then rank, column by
// column as value.Compare does (a null is smallest, so a row without arrival sequence is lowest). It returns −1, 0 or 1;
// 0 means that the rows are tied. Both must have ranks of the same length.
func (c *Candidate) Order(d *Candidate) int {
	return cmp.Or(orderTimes(c.Event, c.Created, d.Event, d.Created), orderRank(c.Rank, d.Rank))
}

// Newer reports whether c answers rather than d: it is greater in Order, or tied and later in the table.
func (c *Candidate) Newer(d *Candidate) bool {
	return cmp.Or(c.Order(d), cmp.Compare(c.Position, d.Position)) > 0
}

// orderTimes is the first half of Order. None is less than every instant, which is the rank of a missing created time.
func orderTimes(event, created, event2, created2 eventtime.Instant) int {
	if event != event2 {
		return cmp.Compare(event, event2)
	}
	return cmp.Compare(created, created2)
}

// orderRank is the second half of Order.
func orderRank(a, b []value.Value) int {
	for i, v := range a {
		if c := value.Compare(v, b[i]); c != 0 {
			return c
		}
	}
	return 0
}

// Judge returns the status that a row gives at asOf: Present if it is visible; OutsideMaxAge if only its age hides it;
// NotFound if it is a visible delete, or was not yet there, or event is None, which stands for no row. Joins and online
// reads both call it. It never returns NullValue: whether a cell is null is a matter of the cell.
func Judge(event, available, asOf eventtime.Instant, ttl eventtime.TTL, deleted bool) value.Status {
	switch {
	case event == eventtime.None || !eventtime.Visible(event, available, asOf, 0):
		return value.NotFound
	case !eventtime.Visible(event, available, asOf, ttl):
		return value.OutsideMaxAge
	case deleted:
		return value.NotFound
	}
	return value.Present
}

// A knowledge is a plan's rule for what a join may know (semantics 4.6).
type knowledge struct {
	rule KnownAtRule
	at   eventtime.Instant // for KnownAtInstant
}

// knew reports whether a row exists for somebody who asks at asOf: always under KnownNow, otherwise if it was created no
// later than the plan's instant, or than asOf; both inclusive. A row without created time exists from its event time.
func (k knowledge) knew(event, created, asOf eventtime.Instant) bool {
	return k.rule == KnownNow || k.rule == KnownAtInstant && existsFrom(event, created) <= k.at ||
		k.rule == KnownAtAsOf && existsFrom(event, created) <= asOf
}

// usableFrom returns the earliest asOf at which a row may be used, its age apart: asOf ≥ the result if and only if
// eventtime.Visible(event, available, asOf, 0) and knew(event, created, asOf). It is None if there is no such asOf.
// Eval places rows by it; Naive asks the two rules themselves, and a property holds them together.
func (k knowledge) usableFrom(event, available, created eventtime.Instant) eventtime.Instant {
	from := max(event, available)
	switch exists := existsFrom(event, created); {
	case k.rule == KnownAtInstant && exists > k.at:
		return eventtime.None
	case k.rule == KnownAtAsOf:
		return max(from, exists)
	}
	return from
}

// existsFrom returns the instant from which on a row is known.
func existsFrom(event, created eventtime.Instant) eventtime.Instant {
	if created == eventtime.None {
		return event
	}
	return created
}

// Selects reports whether a row with these times is selected. created may be None.
func (s *Selection) Selects(event, available, created eventtime.Instant) bool {
	if !eventtime.Visible(event, available, s.AvailableBy, 0) || event > s.Interval.End {
		return false
	}
	return event >= s.Interval.Start ||
		s.CreatedAfter != eventtime.None && created > s.CreatedAfter ||
		s.AvailableAfter != eventtime.None && available > s.AvailableAfter
}
