package pit

import (
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A BoundedPart is a Part that knows, without being read, between which values those of a column lie.
type BoundedPart interface {
	Part
	// Bounds returns values with low ≤ v ≤ high by value.Compare for each v of the column as Read gives it. They need
	// not occur. ok is false unless that is certain and no row is null.
	Bounds(column string) (low, high value.Value, ok bool)
}

// A pruning tells which parts of a history no spine row can use and no report needs, so that they need not be read: all
// of their rows are accepted, and they are usable after the last asOf only, or a key lies outside the spine's. A row
// that is too old for every asOf is no such row: it tells OutsideMaxAge from NotFound.
type pruning struct {
	layout       *Layout
	availability eventtime.Availability
	last         eventtime.Instant // the greatest asOf; None without any
	low, high    []value.Value     // of the spine's values, by key; null without any
}

// newPruning returns nil where no part is bounded, and where a key is a time: rows whose key has a fraction of a second
// are an error, which bounds do not show.
func newPruning(v *ViewScan, x *index, parts []Part) *pruning {
	bounded := slices.ContainsFunc(parts, func(p Part) bool { _, ok := p.(BoundedPart); return ok })
	if !bounded || slices.ContainsFunc(x.types, func(t value.Type) bool { return t.Kind == value.UnixTimestamp }) {
		return nil
	}
	p := &pruning{layout: &v.Layout, availability: v.Availability, last: eventtime.None}
	for _, asOf := range x.asOf {
		p.last = max(p.last, asOf)
	}
	for _, k := range x.keys {
		low, high := extremes(k)
		p.low, p.high = append(p.low, low), append(p.high, high)
	}
	return p
}

// extremes returns the least and the greatest value of a column that is not null, null if all are.
func extremes(c *value.Column) (low, high value.Value) {
	for i := range c.Len() {
		v := c.At(i)
		if v.IsNull() {
			continue
		}
		if low.IsNull() || value.Compare(v, low) < 0 {
			low = v
		}
		if high.IsNull() || value.Compare(v, high) > 0 {
			high = v
		}
	}
	return low, high
}

// idle reports whether a part need not be read.
func (p *pruning) idle(part Part) bool {
	b, ok := part.(BoundedPart)
	if p == nil || !ok {
		return false
	}
	from, ok := p.usableFrom(b)
	if !ok {
		return false
	}
	idle := p.last == eventtime.None || from > p.last
	for i, k := range p.layout.Keys {
		low, high, ok := b.Bounds(k)
		if !ok || !p.low[i].IsNull() && low.Kind() != p.low[i].Kind() {
			return false
		}
		idle = idle || p.low[i].IsNull() || value.Compare(high, p.low[i]) < 0 || value.Compare(low, p.high[i]) > 0
	}
	return idle
}

// usableFrom returns an instant before which no row of a part can be used, unless one may be rejected.
func (p *pruning) usableFrom(b BoundedPart) (from eventtime.Instant, ok bool) {
	event, _, ok := b.Bounds(p.layout.Event)
	if !ok || event.Kind() != value.UnixTimestamp {
		return 0, false
	}
	created := eventtime.None
	if p.availability.Rule == eventtime.ByCreatedTime {
		low, _, ok := b.Bounds(p.layout.Created)
		if !ok || low.Kind() != value.UnixTimestamp {
			return 0, false
		}
		created = low.Instant()
	}
	available, ok := p.availability.Of(event.Instant(), created)
	return max(event.Instant(), available), ok
}
