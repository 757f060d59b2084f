package feature

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Missing returns what field i of v is for a key that has no value, whose status is NotFound, before defaults: null, but
// in a window view the function of no events, such as count 0, or an empty Map with a secondary key (design/semantics.md
// 5.7). Errors: those of Spec and of agg.Spec.Empty.
func (v *View) Missing(i int) (value.Value, error) {
	if !v.Windowed() {
		return value.Value{}, nil
	}
	a := &v.Aggregations[i]
	if a.By != "" {
		return value.OfList(value.Map, nil), nil
	}
	spec, err := v.Spec(a)
	if err != nil {
		return value.Value{}, err
	}
	return spec.Empty()
}

// Availability returns the rule for the available time of the rows that hold values of the view, as the online store has
// them: that of the source, but of snapshots, whose event time is the instant that they are of, the delay of the view.
func (u *Use) Availability() eventtime.Availability {
	if u.View.Windowed() {
		return eventtime.Availability{Rule: eventtime.ByDelay, Delay: u.View.Delay}
	}
	return u.Source.Availability
}
