package feature

import (
	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
)

// An Aggregation computes one feature of a window view from raw events (design/semantics.md 5). Aggregations[i] of a
// view computes Schema[i], which has its name, type and default.
type Aggregation struct {
	Name     string       `json:"name"`
	Function agg.Function `json:"function"`
	Column   string       `json:"column,omitempty"` // as views name it; empty for count, which counts rows then
	N        int          `json:"n,omitempty"`      // of first_n, last_n and their distinct variants

	// Exactly one of Window, Lifetime and Last says which events count.
	Window   eventtime.Duration `json:"window,omitempty"`   // (end − Window, end]
	Lifetime bool               `json:"lifetime,omitempty"` // every event up to end
	Last     int                `json:"last,omitempty"`     // the newest Last events up to end, counted after Where

	Offset eventtime.Duration `json:"offset,omitempty"` // end = asOf − Offset
	Hop    eventtime.Duration `json:"hop,omitempty"`    // the far edge of Window lies on multiples of it; 0: exact

	Where string `json:"where,omitempty"` // a Bool expression over the columns of the source: only events for which it is true count
	By    string `json:"by,omitempty"`    // a String column: the feature is a Map from its values to the function of their events
}

// Bounds returns the window of a: what eventtime.Window.Bounds needs. Lifetimes and counts of rows have no far edge.
func (a *Aggregation) Bounds() eventtime.Window {
	return eventtime.Window{Length: a.Window, Offset: a.Offset, Hop: a.Hop}
}

// Windowed reports whether v computes its features from raw events.
func (v *View) Windowed() bool { return len(v.Aggregations) > 0 }

// Snapshot reports whether the values of v exist at instants k·Refresh alone, each usable Delay later; a window view
// that is none is exact at asOf (design/semantics.md 5.7).
func (v *View) Snapshot() bool { return v.Windowed() && v.Refresh > 0 }

// Reach returns how far behind its end the widest window of v begins: the greatest Window + Offset + Hop. bounded is
// false where a lifetime or a count of rows reaches back without limit.
func (v *View) Reach() (reach eventtime.Duration, bounded bool) {
	bounded = true
	for i := range v.Aggregations {
		a := &v.Aggregations[i]
		reach = max(reach, a.Window+a.Offset+a.Hop)
		bounded = bounded && a.Window > 0
	}
	return reach, bounded
}
