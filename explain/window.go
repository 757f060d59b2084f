package explain

import (
	"context"
	"fmt"
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// rowColumn is the column that numbers the rows of the key, so that the oracle can say which of them count. No column of
// a source that views name can have this name.
const rowColumn = "__row"

// explainWindow asks the oracle for the value of a window at a moment and for the rows that count, and says of the others
// why they do not.
func (f *found) explainWindow(ctx context.Context, u *feature.Use, at eventtime.Instant) (Offline, error) {
	out := Offline{Status: value.NotFound, Rows: int64(f.batch.Rows)}
	a := &u.View.Aggregations[u.View.Field(u.Fields[0].Name)]
	scan, err := history.Windows(u, &history.Table{Layout: f.layout})
	if err != nil {
		return out, err
	}
	scan.Spine, scan.Layout.Keys = nil, nil // every row that was collected is of the key
	scan.Table = pit.MemTable(f.numbered())
	first := len(scan.Features)
	scan.Features = append(scan.Features, counting(&scan.Features[0])...)
	answer, err := pit.Naive(ctx, &pit.Plan{
		Spine: pit.Spine{Columns: &value.Batch{Rows: 1}, AsOf: []eventtime.Instant{at}},
		Known: f.known.Rule, KnownAt: f.known.At, Windows: []pit.WindowScan{scan},
	})
	if err != nil {
		return out, err
	}
	r := &answer.Windows[0]
	out.Status, out.Value = r.Status[0], r.Columns[0].At(0)
	out.Status = out.Status.Of(out.Value.IsNull())
	w := &windowRows{found: f, scan: &scan}
	for i, to := range []*[]int{&w.counted, &w.selected, &w.inside} {
		*to = numbers(r.Columns[first+i].At(0))
	}
	out.Window = w.window(a, r.Event[0])
	if out.Window.Counted = total(r.Columns[first+3].At(0)); out.Window.Counted == int64(len(w.counted)) {
		out.Others = w.others(out.Window, at)
	}
	out.Rule = windowRule(out.Window, out.Status, at, u)
	return out.withDefault(u), nil
}

// counting returns the features that number the rows that count in f, those that its filter selects in the window, and all
// that lie in the window, at most agg.CountMax of each; and one that counts the first.
func counting(f *pit.WindowFeature) []pit.WindowFeature {
	counted := *f
	counted.Spec = agg.Spec{Function: agg.LastN, Input: value.Scalar(value.Int64), N: agg.CountMax}
	counted.Name, counted.Column = "counted", rowColumn
	selected := counted
	selected.Name, selected.Last, selected.By = "selected", 0, ""
	inside := selected
	inside.Name, inside.Where = "inside", nil
	count := *f
	count.Name, count.Spec, count.Column = "count", agg.Spec{Function: agg.Count}, ""
	return []pit.WindowFeature{counted, selected, inside, count}
}

// numbered returns the rows with a column that numbers them.
func (f *found) numbered() *value.Batch {
	b := &value.Batch{Names: slices.Clone(f.batch.Names), Columns: slices.Clone(f.batch.Columns), Rows: f.batch.Rows}
	c := value.NewColumn(value.Scalar(value.Int64), b.Rows)
	for i := range b.Rows {
		c.Append(value.OfInt64(int64(i)))
	}
	b.Add(rowColumn, c)
	return b
}

// numbers returns the rows in an Array of them, or in a Map from groups to such.
func numbers(v value.Value) []int {
	if v.IsNull() {
		return nil
	}
	var out []int
	for _, e := range v.List() {
		switch {
		case e.Kind() == value.Int64:
			out = append(out, int(e.Int()))
		case e.Kind() == value.Array:
			out = append(out, numbers(e)...)
		}
	}
	return out
}

// total returns a count, or the sum of those of all groups.
func total(v value.Value) int64 {
	if v.Kind() != value.Map {
		return v.Int()
	}
	var n int64
	for i, e := range v.List() {
		if i%2 == 1 {
			n += e.Int()
		}
	}
	return n
}

// windowRows are the rows of a key as a window sees them.
type windowRows struct {
	*found
	scan                      *pit.WindowScan
	counted, selected, inside []int
}

// window tells of the window whose value is of an instant, and of all rows that count.
func (w *windowRows) window(a *feature.Aggregation, of eventtime.Instant) *Window {
	out := &Window{Function: a.String(), Of: of, Usable: eventtime.None, Bounds: eventtime.Interval{Start: eventtime.None, End: eventtime.None}}
	if of == eventtime.None {
		return out
	}
	out.Usable, out.Bounds = of.Add(w.scan.Delay), a.Bounds().Bounds(of)
	w.newestFirst(w.counted)
	for _, i := range w.counted {
		out.Rows = append(out.Rows, w.row(i, w.scan.Features[0].Column, w.scan.Availability))
	}
	return out
}

// others returns the rows that do not count, newest first, each with the reason.
func (w *windowRows) others(in *Window, at eventtime.Instant) []Row {
	var index []int
	for i := range w.batch.Rows {
		if !slices.Contains(w.counted, i) {
			index = append(index, i)
		}
	}
	w.newestFirst(index)
	var out []Row
	for _, i := range index {
		r := w.row(i, w.scan.Features[0].Column, w.scan.Availability)
		r.Reason = w.reason(i, &r, in, at)
		out = append(out, r)
	}
	return out
}

// reason says why row i does not count.
func (w *windowRows) reason(i int, r *Row, in *Window, at eventtime.Instant) string {
	by := w.scan.Features[0].By
	switch {
	case r.Event == eventtime.None:
		return "it has no event time: the row is rejected"
	case r.Available == eventtime.None:
		return "it has no created time, which says from when on it may be used: the row is rejected"
	case in.Of == eventtime.None:
		return "no values of the view are usable at the moment yet"
	case r.Event > in.Bounds.End:
		return fmt.Sprintf("it happened %s after the window", distance(r.Event.Sub(in.Bounds.End)))
	case r.Event < in.Bounds.Start:
		return fmt.Sprintf("it happened %s before the window", distance(in.Bounds.Start.Sub(r.Event)))
	case r.Available > in.Usable:
		return fmt.Sprintf("it became available %s too late", distance(r.Available.Sub(in.Usable)))
	case !w.known.has(r, at) || !w.known.has(r, in.Usable):
		return "it was created later than what may be known"
	case !slices.Contains(w.inside, i):
		return "its event was delivered again, and the newer delivery counts"
	case !slices.Contains(w.selected, i):
		return "where does not select it"
	case by != "" && w.batch.Column(by).Null(i):
		return "its " + by + " is null"
	}
	return "newer rows are as many as count"
}

// windowRule says in words what a value is made of.
func windowRule(w *Window, s value.Status, at eventtime.Instant, u *feature.Use) string {
	switch {
	case w.Of == eventtime.None:
		return "no values of the view are usable at the moment yet"
	case s == value.OutsideMaxAge:
		return fmt.Sprintf("the values are of %s, %s old, more than the ttl of %s", w.Of, distance(at.Sub(w.Of)), u.View.TTL)
	case s == value.NotFound:
		return "no event of this key lies in a window of the view"
	case w.Counted == 0:
		return "no row of this key counts; another window of the view has some"
	}
	return w.Function
}
