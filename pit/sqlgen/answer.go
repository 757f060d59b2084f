package sqlgen

import (
	"fmt"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// Answer returns the statement that answers view i for all entity rows. Its columns are n, the ordinal; status, the
// number of a value.Status; event and created, the times of the answering row, null where there is none; and f0, f1, …,
// the features, null unless the status is Present. Rows come in order of n. Where several rows of the history tie, n
// comes several times, and the first answers.
func (p *Plan) Answer(d *Dialect, i int) (string, error) {
	v := &p.Views[i]
	if err := p.check(v); err != nil {
		return "", err
	}
	w := &writer{d: d}
	w.comment("view ", said(v.Name), " at the moment of each entity row, for ", d.Name)
	w.comment("status 1 is present, 3 not found, 4 older than the ttl; where rows tie, the first one answers")
	for f, name := range v.Layout.Features {
		w.comment(alias("f", f), " = ", said(name))
	}
	w.line(0, "WITH tp_history AS (")
	w.history(v)
	w.line(0, "), tp_visible AS (")
	if err := w.visible(p, v); err != nil {
		return "", err
	}
	w.line(0, "), tp_newest AS (")
	w.newest(v)
	w.line(0, ")")
	if err := w.result(v); err != nil {
		return "", err
	}
	return w.done()
}

// history selects the columns that play a role under short names, without the rows that are rejected.
func (w *writer) history(v *View) {
	l := &v.Layout
	column := func(name, as string) string { return w.quote(v.From.own(name)) + " AS " + as }
	moment := func(name string) string { return w.d.moment(w.quote(v.From.own(name))) }
	var items, kept []string
	for k, name := range l.Keys {
		items = append(items, column(name, alias("k", k)))
		kept = append(kept, w.quote(v.From.own(name))+" IS NOT NULL")
	}
	items = append(items, moment(l.Event)+" AS e")
	kept = append(kept, w.quote(v.From.own(l.Event))+" IS NOT NULL")
	if l.Created != "" {
		items = append(items, moment(l.Created)+" AS c")
	}
	if v.Availability.Rule == eventtime.ByCreatedTime {
		kept = append(kept, w.quote(v.From.own(l.Created))+" IS NOT NULL")
	}
	if l.Deleted != "" {
		items = append(items, column(l.Deleted, "d"))
	}
	for r, f := range v.rank() {
		items = append(items, column(f.Name, alias("r", r)))
	}
	for o, f := range v.Settle {
		items = append(items, column(f.Name, alias("o", o)))
	}
	for f, name := range l.Features {
		items = append(items, column(name, alias("f", f)))
	}
	w.line(1, "SELECT")
	w.list(2, items)
	w.from(1, &v.From)
	w.conditions(1, "WHERE", kept)
}

// payload lists the columns of the history that are carried to the result.
func (v *View) payload() []string {
	var out []string
	if v.Layout.Created != "" {
		out = append(out, "c")
	}
	if v.Layout.Deleted != "" {
		out = append(out, "d")
	}
	for o := range v.Settle {
		out = append(out, alias("o", o))
	}
	for f := range v.Layout.Features {
		out = append(out, alias("f", f))
	}
	return out
}

// visible pairs entity rows with the rows of their key that may be used, and ranks them, 1 for the newest and for what
// ties with it.
func (w *writer) visible(p *Plan, v *View) error {
	items := []string{"s.n", "s.t", "h.e"}
	for _, c := range v.payload() {
		items = append(items, "h."+c)
	}
	on, err := w.usable(p, v)
	if err != nil {
		return err
	}
	order := []string{"h.e"}
	if v.Layout.Created != "" {
		order = append(order, "h.c")
	}
	for r, f := range v.rank() {
		keys := w.d.Rank(f.Type.Kind, "h."+alias("r", r))
		if keys == nil {
			return errs.New(errs.InvalidArgument, "tie_break column %q of view %q has type %s, which has no order in %s", f.Name, v.Name, f.Type, w.d.Name).
				WithID("T0552").WithHint("break ties by a number, a text or a time")
		}
		order = append(order, keys...)
	}
	w.line(1, "SELECT")
	for _, item := range items {
		w.line(2, item, ",")
	}
	w.line(2, "RANK() OVER (")
	w.line(3, "PARTITION BY s.n")
	w.line(3, "ORDER BY")
	w.list(4, descending(order))
	w.line(2, ") AS place")
	w.line(1, "FROM ", SpineName, " AS s")
	w.line(1, "JOIN tp_history AS h")
	w.conditions(2, "ON", on)
	return nil
}

func descending(keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k + " DESC NULLS LAST"
	}
	return out
}

// usable returns the conditions under which row h of the history may be used for entity row s, its age apart.
func (w *writer) usable(p *Plan, v *View) ([]string, error) {
	var on []string
	for k, name := range v.Spine {
		x, err := p.key(name)
		if err != nil {
			return nil, err
		}
		on = append(on, w.d.Equal(p.Spine[x].Type.Kind, "h."+alias("k", k), "s."+alias("x", x)))
	}
	on = append(on, "h.e <= s.t")
	switch v.Availability.Rule {
	case eventtime.ByCreatedTime:
		on = append(on, "h.c <= s.t")
	case eventtime.ByDelay:
		on = append(on, w.d.Age("s.t", "h.e")+" >= "+w.d.Length(v.Availability.Delay))
	}
	exists := "h.e"
	if v.Layout.Created != "" {
		exists = "COALESCE(h.c, h.e)"
	}
	switch p.Known {
	case pit.KnownAtInstant:
		on = append(on, exists+" <= "+w.d.instant(p.KnownAt))
	case pit.KnownAtAsOf:
		on = append(on, exists+" <= s.t")
	}
	return on, nil
}

// newest keeps the newest rows and judges them.
func (w *writer) newest(v *View) {
	items := []string{"n", "e"}
	for _, c := range v.payload() {
		if c != "d" {
			items = append(items, c)
		}
	}
	var judged []string
	if v.TTL != 0 {
		judged = append(judged, fmt.Sprintf("WHEN %s > %s THEN %d", w.d.Age("t", "e"), w.d.Length(v.TTL), value.OutsideMaxAge))
	}
	if v.Layout.Deleted != "" {
		judged = append(judged, fmt.Sprintf("WHEN d THEN %d", value.NotFound))
	}
	status := fmt.Sprint(int(value.Present))
	if judged != nil {
		status = "CASE"
		for _, j := range judged {
			status += " " + j
		}
		status += fmt.Sprintf(" ELSE %d END", value.Present)
	}
	w.line(1, "SELECT")
	w.list(2, append(items, status+" AS status"))
	w.line(1, "FROM tp_visible")
	w.line(1, "WHERE place = 1")
}

// result gives every entity row its answer.
func (w *writer) result(v *View) error {
	created := "w.c"
	if v.Layout.Created == "" {
		created = w.d.moment("NULL")
	}
	items := []string{"s.n", fmt.Sprintf("COALESCE(w.status, %d) AS status", value.NotFound), "w.e AS event", created + " AS created"}
	for f := range v.Layout.Features {
		items = append(items, fmt.Sprintf("CASE WHEN w.status = %d THEN w.%s END AS %s", value.Present, alias("f", f), alias("f", f)))
	}
	var settle []string
	for o, f := range v.Settle {
		settle = append(settle, w.d.Rank(f.Type.Kind, "w."+alias("o", o))...)
	}
	w.line(0, "SELECT")
	w.list(1, items)
	w.line(0, "FROM ", SpineName, " AS s")
	w.line(0, "LEFT JOIN tp_newest AS w ON w.n = s.n")
	w.line(0, "ORDER BY")
	w.list(1, append(append([]string{"s.n"}, descending(settle)...), "status DESC"))
	return nil
}
