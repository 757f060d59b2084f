package explain

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// answer explains the one feature of a use at a moment.
func (f *found) answer(ctx context.Context, u *feature.Use, at eventtime.Instant) (Offline, error) {
	if u.View.Windowed() {
		return f.explainWindow(ctx, u, at)
	}
	return f.explain(ctx, u, at)
}

// explain asks the oracle which row answers at a moment, and says of the others why they do not.
func (f *found) explain(ctx context.Context, u *feature.Use, at eventtime.Instant) (Offline, error) {
	out := Offline{Status: value.NotFound, Rows: int64(f.batch.Rows)}
	if f.batch.Rows == 0 {
		out.Rule = "the history has no row of this key"
		return out.withDefault(u), nil
	}
	l := f.layout
	l.Keys = nil // every row that was collected is of the key
	answer, err := pit.Naive(ctx, &pit.Plan{
		Spine: pit.Spine{Columns: &value.Batch{Rows: 1}, AsOf: []eventtime.Instant{at}},
		Known: f.known.Rule, KnownAt: f.known.At,
		Views: []pit.ViewScan{{Name: u.Alias, Table: pit.MemTable(f.batch), Layout: l, Availability: u.Source.Availability, TTL: u.View.TTL}},
	})
	if err != nil {
		return out, err
	}
	v := &answer.Views[0]
	out.Status, out.Value = v.Status[0], v.Columns[0].At(0)
	out.Status = out.Status.Of(out.Value.IsNull())
	best := int(v.Row[0])
	if best >= 0 {
		w := f.row(best, u.Fields[0].Name, u.Source.Availability)
		out.Winner = &w
	}
	out.Others = f.others(best, u, at)
	out.Rule = f.rule(out, best, u, at)
	return out.withDefault(u), nil
}

func (o Offline) withDefault(u *feature.Use) Offline {
	o.Value, o.Defaulted = u.Fields[0].ApplyDefault(o.Value, o.Status)
	return o
}

// others returns the rows that do not answer, newest first, each with the reason.
func (f *found) others(best int, u *feature.Use, at eventtime.Instant) []Row {
	var index []int
	for i := range f.batch.Rows {
		if i != best {
			index = append(index, i)
		}
	}
	f.newestFirst(index)
	var out []Row
	for _, i := range index {
		r := f.row(i, u.Fields[0].Name, u.Source.Availability)
		r.Reason = f.reason(i, best, &r, at)
		out = append(out, r)
	}
	return out
}

// reason says why row i does not answer at a moment.
func (f *found) reason(i, best int, r *Row, at eventtime.Instant) string {
	switch {
	case r.Event == eventtime.None:
		return "it has no event time: the row is rejected"
	case r.Available == eventtime.None:
		return "it has no created time, which says from when on it may be used: the row is rejected"
	case r.Event > at:
		return fmt.Sprintf("its event time is %s after the moment", distance(r.Event.Sub(at)))
	case r.Available > at:
		return fmt.Sprintf("it became available %s after the moment", distance(r.Available.Sub(at)))
	case !f.known.has(r, at):
		return "it was created later than what may be known"
	case best < 0:
		return "it is not visible"
	}
	return f.lost(i, best)
}

// lost says by which rule row i is older than row best.
func (f *found) lost(i, best int) string {
	a, b := f.candidate(i), f.candidate(best)
	switch {
	case a.Event != b.Event:
		return fmt.Sprintf("an older event time, by %s", distance(b.Event.Sub(a.Event)))
	case a.Created != b.Created:
		return "the same event time and an older created time"
	}
	names := f.layout.TieBreak
	if f.layout.Sequence != "" {
		names = append([]string{"arrival of the push"}, names...)
	}
	for k := range a.Rank {
		if value.Compare(a.Rank[k], b.Rank[k]) != 0 {
			return "the same times and a smaller " + names[k]
		}
	}
	return "tied in everything; a later row of the files answers"
}

// rule says in words why the answer is what it is.
func (f *found) rule(o Offline, best int, u *feature.Use, at eventtime.Instant) string {
	if best < 0 {
		return "no row of this key is visible at the moment"
	}
	w := o.Winner
	if w.Deleted {
		return "the newest visible row is a delete: it hides older rows"
	}
	if o.Status == value.OutsideMaxAge {
		return fmt.Sprintf("the newest visible row is %s old, more than the ttl of %s", distance(at.Sub(w.Event)), u.View.TTL)
	}
	why := "it is the only visible row"
	for _, other := range o.Others {
		if other.accepted() && eventtime.Visible(other.Event, other.Available, at, 0) && f.known.has(&other, at) {
			why = "the greatest event time among the visible rows"
			if other.Event == w.Event {
				why = "the same event time as others, and the greatest created time"
				if other.Created == w.Created {
					why = "the same times as others, and first by tie_break or, failing that, the last in the files"
				}
			}
			break
		}
	}
	if o.Status == value.NullValue {
		return why + "; it says null"
	}
	return why
}

// distance returns a length of time for people, exactly: every unit from days down to microseconds that is not zero.
func distance(d eventtime.Duration) string {
	var b strings.Builder
	for _, u := range []struct {
		length eventtime.Duration
		name   string
	}{
		{eventtime.Day, "d"}, {eventtime.Hour, "h"}, {eventtime.Minute, "m"}, {eventtime.Second, "s"},
		{eventtime.Millisecond, "ms"}, {eventtime.Microsecond, "us"},
	} {
		if n := d / u.length; n != 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			d -= n * u.length
		}
	}
	return cmp.Or(b.String(), "0s")
}
