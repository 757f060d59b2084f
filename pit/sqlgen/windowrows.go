package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// reach returns how far before o the windows begin at most, 0 if rows before that matter: to a lifetime, or since a
// later delivery of an event may lie there.
func (a *windowAnswer) reach() (out eventtime.Duration) {
	if a.view.EventID.Name != "" {
		return 0
	}
	for _, w := range a.windows {
		if w.Length == 0 {
			return 0
		}
		out = max(out, w.Length+w.Offset+w.Hop)
	}
	return out
}

// delivery numbers the rows of one event, 1 for the one that counts: the latest in created time, then in position, which
// the arrival sequence and Settle stand for.
func (a *windowAnswer) delivery() (string, error) {
	v := a.view
	id := a.d.Rank(v.EventID.Type.Kind, "h.id")
	if id == nil || value.CheckKey(v.EventID.Type) != nil {
		return "", elsewhere("view %q: event_id %q has type %s", v.Name, v.EventID.Name, v.EventID.Type)
	}
	var order []string
	if v.Layout.Created != "" {
		order = append(order, "h.c")
	}
	if v.Layout.Sequence != "" {
		order = append(order, "h.r0")
	}
	for o, f := range v.Settle {
		order = append(order, a.d.Rank(f.Type.Kind, "h."+alias("o", o))...)
	}
	order = descending(append(order, "h.e"))
	return "ROW_NUMBER() OVER (PARTITION BY m.n, " + id[0] + " ORDER BY " + strings.Join(order, ", ") + ") AS delivery", nil
}

// events says of each row, once per event, in which windows it lies.
func (a *windowAnswer) events() error {
	items := []string{"n"}
	for i := range a.inputs {
		items = append(items, alias("v", i))
	}
	for i := range a.groups {
		items = append(items, alias("g", i))
	}
	for i := range a.filters {
		items = append(items, alias("p", i))
	}
	for i, w := range a.windows {
		items = append(items, "("+within(w)+") AS "+alias("w", i))
	}
	if a.ordered {
		order, err := a.order()
		if err != nil {
			return err
		}
		items = append(items, "ROW_NUMBER() OVER (PARTITION BY n ORDER BY "+strings.Join(order, ", ")+") AS place")
	}
	a.line(1, "SELECT")
	a.list(2, items)
	a.line(1, "FROM tp_usable")
	if a.view.EventID.Name != "" {
		a.line(1, "WHERE id IS NULL OR delivery = 1")
	}
	return nil
}

// within returns the condition of eventtime.Window.Bounds.
func within(w eventtime.Window) string {
	end := "o"
	if w.Offset > 0 {
		end = fmt.Sprintf("(o - %d)", w.Offset)
	}
	switch {
	case w.Length == 0:
		return "e <= " + end
	case w.Hop == 0:
		return fmt.Sprintf("e > %s - %d AND e <= %s", end, w.Length, end)
	}
	start := fmt.Sprintf("(%s - %d)", end, w.Length-1)
	return "e >= " + floor(start, w.Hop) + " AND e <= " + end
}

// order returns the order of semantics 4, the oldest first, in which Settle stands for positions.
func (a *windowAnswer) order() ([]string, error) {
	v := a.view
	keys := []string{"e"}
	if v.Layout.Created != "" {
		keys = append(keys, "c")
	}
	for r, f := range v.rank() {
		rank := a.d.Rank(f.Type.Kind, alias("r", r))
		if rank == nil {
			return nil, errs.New(errs.InvalidArgument, "tie_break column %q of view %q has type %s, which has no order in %s", f.Name, v.Name, f.Type, a.d.Name).
				WithID("T0552").WithHint("break ties by a number, a text or a time")
		}
		keys = append(keys, rank...)
	}
	for o, f := range v.Settle {
		keys = append(keys, a.d.Rank(f.Type.Kind, alias("o", o))...)
	}
	for i := range keys {
		keys[i] += " NULLS FIRST"
	}
	return keys, nil
}

// newestRows counts rows from the newest.
func (a *windowAnswer) newestRows() {
	items := []string{"ev.*"}
	for i, member := range a.lasts {
		items = append(items, "ROW_NUMBER() OVER (PARTITION BY n, "+member+" ORDER BY place DESC) AS "+alias("l", i))
	}
	a.line(1, "SELECT")
	a.list(2, items)
	a.line(1, "FROM tp_event AS ev")
}

// aggregate computes the features of each entity row, and whether any of its windows holds an event.
func (a *windowAnswer) aggregate() {
	var some []string
	for i := range a.windows {
		some = append(some, alias("w", i))
	}
	items := []string{"n", "MAX(CASE WHEN " + strings.Join(some, " OR ") + " THEN 1 ELSE 0 END) AS filled"}
	for f, text := range a.aggregates {
		if a.view.Features[f].By == "" {
			items = append(items, text+" AS "+alias("f", f))
		}
	}
	a.line(1, "SELECT")
	a.list(2, items)
	a.line(1, "FROM ", a.rows())
	a.line(1, "GROUP BY n")
}

// rows is the table of rows with all that aggregates need.
func (a *windowAnswer) rows() string {
	if len(a.lasts) > 0 {
		return "tp_last"
	}
	return "tp_event"
}

// groupsOf computes feature f for each value of its secondary key, and gathers the values of an entity row in two arrays.
func (a *windowAnswer) groupsOf(f int) {
	group := alias("g", slices.Index(a.groups, a.view.Features[f].By))
	each := alias("tp_group_f", f)
	a.line(0, "), ", each, " AS (")
	a.line(1, "SELECT")
	a.list(2, []string{"n", group + " AS g", a.aggregates[f] + " AS a"})
	a.line(1, "FROM ", a.rows())
	a.line(1, "WHERE ", a.members[f])
	a.line(1, "GROUP BY n, ", group)
	a.line(0, "), ", alias("tp_map_f", f), " AS (")
	a.line(1, "SELECT")
	a.list(2, []string{"n", a.d.Pairs("g", "g") + " AS k", a.d.Pairs("a", "g") + " AS v"})
	a.line(1, "FROM ", each)
	a.line(1, "GROUP BY n")
}

// result gives every entity row its answer.
func (a *windowAnswer) result() {
	status := fmt.Sprintf("CASE WHEN m.n IS NULL THEN %d WHEN w.filled = 1 THEN %d ELSE %d END", value.NullValue, value.Present, value.NotFound)
	if a.view.Refresh > 0 && a.view.TTL > 0 {
		status = fmt.Sprintf("CASE WHEN m.n IS NULL THEN %d WHEN w.filled = 1 AND m.t - m.o > %d THEN %d WHEN w.filled = 1 THEN %d ELSE %d END",
			value.NullValue, a.view.TTL, value.OutsideMaxAge, value.Present, value.NotFound)
	}
	items := []string{"s.n", status + " AS status", "m.o AS event"}
	var joins []string
	for f := range a.view.Features {
		if a.view.Features[f].By != "" {
			from := alias("map", f)
			items = append(items, from+".k AS "+alias("k", f), from+".v AS "+alias("f", f))
			joins = append(joins, "LEFT JOIN "+alias("tp_map_f", f)+" AS "+from+" ON "+from+".n = s.n")
			continue
		}
		cell := "w." + alias("f", f)
		if fn := a.view.Features[f].Spec.Function; fn == agg.Count || fn == agg.CountDistinct {
			cell = "COALESCE(" + cell + ", 0)"
		}
		items = append(items, cell+" AS "+alias("f", f))
	}
	a.line(0, "SELECT")
	a.list(1, items)
	a.line(0, "FROM ", SpineName, " AS s")
	a.line(0, "LEFT JOIN tp_moment AS m ON m.n = s.n")
	a.line(0, "LEFT JOIN tp_window AS w ON w.n = s.n")
	for _, join := range joins {
		a.line(0, join)
	}
	a.line(0, "ORDER BY s.n")
}
