package historical

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit"
)

// byUse returns the answers of joins and windows in the order of the uses that they are of. What windows hold has no row
// of its own: no created time, and the event time is the instant that the value is of.
func byUse(sel *feature.Selection, r *pit.Result) []pit.ViewResult {
	if len(r.Windows) == 0 {
		return r.Views
	}
	views, windows := r.Views, r.Windows
	out := make([]pit.ViewResult, len(sel.Uses))
	for i := range sel.Uses {
		if !sel.Uses[i].View.Windowed() {
			out[i], views = views[0], views[1:]
			continue
		}
		w := &windows[0]
		out[i] = pit.ViewResult{Status: w.Status, Event: w.Event, Columns: w.Columns[:len(sel.Uses[i].Fields)], Report: w.Report}
		windows = windows[1:]
	}
	return out
}

func noTimes(n int) []eventtime.Instant {
	out := make([]eventtime.Instant, n)
	for i := range out {
		out[i] = eventtime.None
	}
	return out
}

// runOf returns the answers for rows lo ≤ i < hi. Reports, which are of all rows, stay with the first ones.
func runOf(views []pit.ViewResult, lo, hi int) []pit.ViewResult {
	out := make([]pit.ViewResult, len(views))
	for i := range views {
		v := &views[i]
		out[i] = pit.ViewResult{Status: v.Status[lo:hi], Event: v.Event[lo:hi], Report: v.Report}
		if v.Created != nil {
			out[i].Created = v.Created[lo:hi]
		}
		if lo > 0 {
			out[i].Report.Ambiguous = nil
		}
		for _, c := range v.Columns {
			out[i].Columns = append(out[i].Columns, c.Slice(lo, hi))
		}
	}
	return out
}
