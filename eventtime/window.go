package eventtime

// A Window says which events count at an instant (design/semantics.md 5.1 to 5.3). All of its lengths are ≥ 0.
type Window struct {
	Length Duration // 0 is a lifetime: every event up to the near edge
	Offset Duration // the window ends this much before asOf
	Hop    Duration // the far edge lies on multiples of it, counted from the epoch; 0 is exact
}

// Bounds returns the closed interval of the events that count at asOf. With e = asOf − Offset it is
// [e−Length+1, e] in microseconds: the event at e counts, the one exactly Length earlier does not, so that neighbouring
// windows share nothing. A Hop moves the far edge, and only that, down to the multiple of Hop that is not later, toward
// −∞ also before 1970. A lifetime begins at Min. Edges outside of [Min, Max] are moved there, and a window that ends
// before Min is empty: its End is less than its Start.
//
// Joins, serving, replay and every engine call Bounds; nothing else may compute these edges.
func (w Window) Bounds(asOf Instant) Interval {
	if w.Offset > asOf.Sub(Min) {
		return Interval{Start: Min, End: Min - 1}
	}
	end := min(asOf-Instant(w.Offset), Max)
	if w.Length == 0 || w.Length > end.Sub(Min) {
		return Interval{Start: Min, End: end}
	}
	start := end - Instant(w.Length) + 1
	if w.Hop > 0 {
		start = max(Floor(start, w.Hop), Min)
	}
	return Interval{Start: start, End: end}
}

// Contains reports whether at lies in v, whose bounds are inclusive.
func (v Interval) Contains(at Instant) bool { return v.Start <= at && at <= v.End }

// hops are the steps that DefaultHop chooses from, greatest first.
var hops = [...]Duration{Day, Hour, 5 * Minute, Minute, 10 * Second, Second}

// DefaultHop returns the hop of a window of a streaming view that declares none: the greatest of 1 s, 10 s, 1 m, 5 m,
// 1 h and 1 d that is at most a hundredth of length, and 0, which is exact, where there is none and for a lifetime.
func DefaultHop(length Duration) Duration {
	for _, h := range hops {
		if h <= length/100 {
			return h
		}
	}
	return 0
}
