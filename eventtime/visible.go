package eventtime

// Visible reports whether a row may be used at asOf: event ≤ asOf, available ≤ asOf, and
// event ≥ asOf−ttl unless ttl is zero; all bounds inclusive. Offline joins and online reads both
// call it; nothing else may compare these instants.
func Visible(event, available, asOf Instant, ttl TTL) bool {
	return event <= asOf && available <= asOf && !Expired(event, asOf, ttl)
}

// Expired reports whether a row with this event time is too old at asOf: event < asOf−ttl, never for ttl 0.
// Together with Visible it is the whole of the rule for time to live.
func Expired(event, asOf Instant, ttl TTL) bool {
	return ttl != 0 && event < asOf.Add(-ttl)
}

// An AvailabilityRule says when a row can be used.
type AvailabilityRule uint8

// The rules of design/semantics.md 1.5.
const (
	ByEventTime AvailabilityRule = iota
	ByCreatedTime
	ByDelay
)

// Availability is a source's rule for the available time of its rows. The zero value is event time.
type Availability struct {
	Rule  AvailabilityRule
	Delay Duration // for ByDelay
}

// Of returns the available time of a row. ok is false under ByCreatedTime for a row without created time: such a
// row is rejected and counted.
func (a Availability) Of(event, created Instant) (available Instant, ok bool) {
	switch a.Rule {
	case ByCreatedTime:
		return created, created != None
	case ByDelay:
		return event.Add(a.Delay), true
	}
	return event, true
}

// An Interval is a closed range of instants: both ends are inside. It is empty when End < Start.
type Interval struct {
	Start Instant `json:"start"`
	End   Instant `json:"end"`
}
