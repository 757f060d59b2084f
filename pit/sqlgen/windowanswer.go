package sqlgen

import (
	"fmt"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// WindowAnswer returns the statement that answers windows i for all entity rows. Its columns are n, the ordinal; status,
// the number of a value.Status, NullValue for an entity row without a key or moment; event, the instant that the windows
// end at, in microseconds; and f0, f1, …, the features. One row comes per entity row, in order of n. Errors: Unimplemented
// for windows that the engine would not answer as pit does, InvalidArgument for names that it cannot have.
func (p *Plan) WindowAnswer(d *Dialect, i int) (string, error) {
	v := &p.Windows[i]
	if err := p.checkWindows(d, v); err != nil {
		return "", err
	}
	a := &windowAnswer{writer: &writer{d: d}, plan: p, view: v}
	for f := range v.Features {
		if err := a.feature(f); err != nil {
			return "", errs.Wrap(err, errs.CodeOf(err), "view %q, feature %q", v.Name, v.Features[f].Name).WithID("T0564")
		}
	}
	a.comment("windows of view ", said(v.Name), " at the moment of each entity row, for ", d.Name)
	a.comment("status 1 is present, 3 not found, 4 older than the ttl, 2 an entity row without a key or moment")
	a.comment("times are microseconds since 1970; null stands for an empty array too, and last_n comes newest first")
	for f := range v.Features {
		a.comment(alias("f", f), " = ", described(&v.Features[f]))
	}
	a.line(0, "WITH tp_history AS (")
	a.history()
	if v.Refresh == 0 {
		a.line(0, "), tp_moment AS (")
	} else {
		a.line(0, "), tp_time AS (")
	}
	a.moments()
	a.line(0, "), tp_usable AS (")
	if err := a.usable(); err != nil {
		return "", err
	}
	a.line(0, "), tp_event AS (")
	if err := a.events(); err != nil {
		return "", err
	}
	if len(a.lasts) > 0 {
		a.line(0, "), tp_last AS (")
		a.newestRows()
	}
	a.line(0, "), tp_window AS (")
	a.aggregate()
	for f := range v.Features {
		if v.Features[f].By != "" {
			a.groupsOf(f)
		}
	}
	a.line(0, ")")
	a.result()
	return a.done()
}

// A windowAnswer is the statement of windows under way. Columns that several features need stand in it once.
type windowAnswer struct {
	*writer
	plan       *Plan
	view       *WindowView
	inputs     []string           // column names: v0, v1, …
	filters    []string           // conditions: p0, p1, …
	windows    []eventtime.Window // w0, w1, …
	lasts      []string           // conditions whose rows are counted from the newest: l0, l1, …
	ordered    bool               // whether a feature needs place, the order of semantics 4
	aggregates []string           // of the features
	groups     []string           // secondary keys, as texts: g0, g1, …
	members    []string           // conditions of the rows of each feature, last N apart
}

// history selects the columns that play a role under short names, without the rows that are rejected.
func (a *windowAnswer) history() {
	v := a.view
	own := func(name string) string { return a.quote(v.From.own(name)) }
	var items, kept []string
	for k, name := range v.Layout.Keys {
		items = append(items, own(name)+" AS "+alias("k", k))
		kept = append(kept, own(name)+" IS NOT NULL")
	}
	items = append(items, a.d.Micros(a.d.moment(own(v.Layout.Event)))+" AS e")
	kept = append(kept, own(v.Layout.Event)+" IS NOT NULL")
	if v.Layout.Created != "" {
		items = append(items, a.d.Micros(a.d.moment(own(v.Layout.Created)))+" AS c")
	}
	if v.Availability.Rule == eventtime.ByCreatedTime {
		kept = append(kept, own(v.Layout.Created)+" IS NOT NULL")
	}
	if v.EventID.Name != "" {
		items = append(items, own(v.EventID.Name)+" AS id")
	}
	for r, f := range v.rank() {
		items = append(items, own(f.Name)+" AS "+alias("r", r))
	}
	for o, f := range v.Settle {
		items = append(items, own(f.Name)+" AS "+alias("o", o))
	}
	for i, name := range a.inputs {
		items = append(items, own(name)+" AS "+alias("v", i))
	}
	for i, name := range a.groups {
		text := "CAST(" + own(name) + " AS " + a.d.Types[value.String] + ")"
		items = append(items, a.d.Rank(value.String, text)[0]+" AS "+alias("g", i))
	}
	for i, condition := range a.filters {
		items = append(items, "CASE WHEN "+condition+" THEN TRUE ELSE FALSE END AS "+alias("p", i))
	}
	a.line(1, "SELECT")
	a.list(2, items)
	a.from(1, &v.From)
	a.conditions(1, "WHERE", kept)
}

// floor returns the greatest multiple of h that is not greater than x, toward −∞ also before 1970.
func floor(x string, h eventtime.Duration) string {
	return fmt.Sprintf("%s - MOD(MOD(%s, %d) + %d, %d)", x, x, h, h, h)
}

// moments gives every entity row with a key and a moment the instant o that its windows end at. Of snapshots that is the
// newest that was usable at the moment, u without the delay.
func (a *windowAnswer) moments() {
	v := a.view
	items, kept := []string{"s.n"}, []string{"s.t IS NOT NULL"}
	keys := a.spineKeys()
	for _, x := range keys {
		items = append(items, "s."+x)
		kept = append(kept, "s."+x+" IS NOT NULL")
	}
	micros := a.d.Micros("s.t")
	switch {
	case v.Refresh == 0:
		items = append(items, micros+" AS o")
	case v.Delay > 0:
		items = append(items, micros+" AS t", fmt.Sprintf("%s - %d AS u", micros, v.Delay))
	default:
		items = append(items, micros+" AS t", micros+" AS u")
	}
	a.line(1, "SELECT")
	a.list(2, items)
	a.line(1, "FROM ", SpineName, " AS s")
	a.conditions(1, "WHERE", kept)
	if v.Refresh == 0 {
		return
	}
	at := floor("u", v.Refresh)
	a.line(0, "), tp_moment AS (")
	a.line(1, "SELECT")
	a.list(2, append(append([]string{"n"}, keys...), "t", fmt.Sprintf("CASE WHEN %s >= %d THEN %s END AS o", at, eventtime.Min, at)))
	a.line(1, "FROM tp_time")
}

// spineKeys returns the columns of the spine table that supply keys, each once.
func (a *windowAnswer) spineKeys() []string {
	var out []string
	for _, name := range a.view.Spine {
		if x, err := a.plan.key(name); err == nil && !slices.Contains(out, alias("x", x)) {
			out = append(out, alias("x", x))
		}
	}
	return out
}

// usable pairs entity rows with the rows of their key that may count in any window.
func (a *windowAnswer) usable() error {
	v := a.view
	var on []string
	for k, name := range v.Spine {
		x, err := a.plan.key(name)
		if err != nil {
			return err
		}
		on = append(on, a.d.Equal(a.plan.Spine[x].Type.Kind, "h."+alias("k", k), "m."+alias("x", x)))
	}
	limit := "m.o"
	if v.Refresh > 0 && v.Delay > 0 {
		limit = fmt.Sprintf("m.o + %d", v.Delay)
	}
	on = append(on, "h.e <= "+limit)
	if reach := a.reach(); reach > 0 {
		on = append(on, fmt.Sprintf("h.e > m.o - %d", reach))
	}
	switch {
	case v.Availability.Rule == eventtime.ByCreatedTime:
		on = append(on, "h.c <= "+limit)
	case v.Availability.Rule == eventtime.ByDelay && v.Availability.Delay > 0:
		on = append(on, fmt.Sprintf("h.e + %d <= %s", v.Availability.Delay, limit))
	}
	exists := "h.e"
	if v.Layout.Created != "" {
		exists = "COALESCE(h.c, h.e)"
	}
	if a.plan.Known == pit.KnownAtInstant {
		on = append(on, fmt.Sprintf("%s <= %d", exists, a.plan.KnownAt))
	}
	if a.plan.Known == pit.KnownAtAsOf || a.plan.Known == pit.KnownAtInstant && v.Refresh > 0 {
		on = append(on, exists+" <= "+limit)
	}
	items := []string{"m.n", "m.o", "h.*"}
	if v.EventID.Name != "" {
		delivery, err := a.delivery()
		if err != nil {
			return err
		}
		items = append(items, delivery)
	}
	a.line(1, "SELECT")
	a.list(2, items)
	a.line(1, "FROM tp_moment AS m")
	a.line(1, "JOIN tp_history AS h")
	a.conditions(2, "ON", on)
	return nil
}
