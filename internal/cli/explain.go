package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/explain"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/value"
)

type explainVerb struct {
	Ref    string   `arg:"" optional:"" help:"Feature as view:feature; with --dataset all features if left out."`
	Entity []string `short:"e" sep:"none" placeholder:"KEY=VALUE" help:"Join key, or value of the request for an on-demand feature; one value each."`
	At     string   `placeholder:"TIME" help:"The moment; now if left out."`
	Limit  int      `short:"n" default:"8" placeholder:"N" help:"At most this many of the rows that lost; 0 for all."`
	rowFlags
}

// Run implements the verb explain.
func (v *explainVerb) Run(a *app) error {
	if v.Dataset != "" || v.Row != 0 {
		return v.explainRow(a)
	}
	if v.Ref == "" {
		return errs.New(errs.Usage, "explain needs a feature").WithID("T0961").WithHint("explain view:feature -e KEY=VALUE, or explain --dataset NAME --row N")
	}
	r := &truepoint.ExplainRequest{Ref: v.Ref, At: eventtime.None, OthersMax: v.Limit}
	var err error
	switch {
	case v.Limit < 0:
		return errs.New(errs.Usage, "-n %d is no number of rows", v.Limit).WithID("T0928").WithHint("give 0 for all rows, or leave it out for 8")
	case v.Limit == 0:
		r.OthersMax = math.MaxInt
	}
	if v.At != "" {
		if r.At, err = parseTime("--at", v.At); err != nil {
			return err
		}
	}
	if r.Keys, err = parsePairs(v.Entity); err != nil {
		return err
	}
	for _, k := range r.Keys {
		if k.Len() != 1 {
			return errs.New(errs.Usage, "explain takes one entity, key %q has %d values", k.Name, k.Len()).WithID("T0924").
				WithHint("give one -e for each join key")
		}
	}
	return a.withStore(func(s *truepoint.Store) error {
		e, err := s.Explain(a.ctx, r)
		if err != nil {
			return err
		}
		if e.Computed != nil {
			return a.print(&screen.Answer{Text: a.out.ASCII(computedText(a.out, e)), Value: computedDocument(e), Names: []string{e.Ref}})
		}
		return a.print(&screen.Answer{Text: a.out.ASCII(explainText(a.out, e, a.now())), Value: explainDocument(e), Names: []string{e.Ref}})
	})
}

func explainText(t *screen.Terminal, e *truepoint.Explanation, now eventtime.Instant) string {
	var b strings.Builder
	ttl := "for ever"
	if e.TTL != 0 {
		ttl = e.TTL.String()
	}
	fmt.Fprintf(&b, "%s%s\n", t.Paint(screen.Strong, e.Ref), ofKeys(e.Keys))
	fmt.Fprintf(&b, "as of %s; a value lives %s; registry revision %d\n", e.At, ttl, e.Revision)
	if e.Older != nil {
		fmt.Fprintln(&b, olderText(e.Older, now))
	}
	b.WriteByte('\n')
	fmt.Fprintf(&b, "%s  %s  %s\n", t.Paint(screen.Strong, "offline"), explained(e.Offline.Value, e.Offline.Defaulted), statusPaint(t, e.Offline.Status))
	fmt.Fprintf(&b, "  %s\n", e.Offline.Rule)
	if w := e.Offline.Winner; w != nil {
		fmt.Fprintf(&b, "  row %s%s\n  %s\n", count(w.Position+1), ofFile(w.File), rowTimes(w))
	}
	b.WriteString(windowText(t, e.Offline.Window))
	fmt.Fprintf(&b, "  %s of this key in the history\n", plural(int(e.Offline.Rows), "row", "rows"))
	b.WriteString(othersText(t, &e.Offline))
	fmt.Fprintf(&b, "\n%s   %s  %s\n", t.Paint(screen.Strong, "online"), explained(e.Online.Value, e.Online.Defaulted), statusPaint(t, e.Online.Status))
	fmt.Fprintf(&b, "  %s\n", e.Online.Rule)
	if e.Online.Found {
		stored := explain.Row{Event: e.Online.Event, Created: e.Online.Created, Available: e.Online.Event}
		fmt.Fprintf(&b, "  table %s\n  %s, written from a snapshot of %s\n", e.Online.Table, rowTimes(&stored), e.Online.Snapshot)
	}
	verdict, style := "offline and online agree", screen.Good
	if !e.Agree {
		verdict, style = "offline and online differ", screen.Bad
	}
	fmt.Fprintf(&b, "\n%s\n", t.Paint(style, verdict))
	if e.Cure != "" {
		fmt.Fprintf(&b, "  cure: %s\n", e.Cure)
	}
	return b.String()
}

// othersText lists the rows that lost, and says how many are not shown.
func othersText(t *screen.Terminal, o *explain.Offline) string {
	if len(o.Others) == 0 {
		return ""
	}
	tb := &screen.Table{Columns: screen.Columns("  EVENT TIME", "CREATED", ">VALUE", "WHY NOT")}
	for _, r := range o.Others {
		tb.Add("  "+short(r.Event), short(r.Created), cellText(r.Value), r.Reason)
	}
	text := t.Render(tb)
	rest := o.Rows - int64(len(o.Others))
	if o.Window != nil {
		rest -= o.Window.Counted
	}
	if o.Winner != nil {
		rest--
	}
	if rest > 0 {
		text += fmt.Sprintf("  … %s, -n 0 shows all\n", plural(int(rest), "older row", "older rows"))
	}
	return text
}

// ofFile names the file of a row; a store in memory has none.
func ofFile(name string) string {
	if name == "" {
		return ""
	}
	return " of " + name
}

func explained(v value.Value, defaulted bool) string {
	if defaulted {
		return cellText(v) + " (default)"
	}
	return cellText(v)
}

func statusPaint(t *screen.Terminal, s value.Status) string {
	style := screen.Caution
	switch s {
	case value.Present:
		style = screen.Good
	case value.Error:
		style = screen.Bad
	}
	return t.Paint(style, s.String())
}

func rowTimes(r *explain.Row) string {
	text := "event " + r.Event.String()
	if r.Created != eventtime.None {
		text += ", created " + r.Created.String()
	}
	if r.Available != r.Event {
		text += ", available " + r.Available.String()
	}
	return text
}

// explainDocument is the JSON form of an explanation.
func explainDocument(e *truepoint.Explanation) any {
	others := []any{}
	for i := range e.Offline.Others {
		others = append(others, rowDocument(&e.Offline.Others[i]))
	}
	var winner any
	if e.Offline.Winner != nil {
		winner = rowDocument(e.Offline.Winner)
	}
	type object = map[string]any
	return object{
		"feature": e.Ref, "type": e.Field.Type.String(), "keys": keysDocument(e.Keys), "as_of": instant(e.At), "revision": e.Revision,
		"ttl": e.TTL.String(), "agree": e.Agree, "cure": e.Cure, "older": e.Older,
		"offline": object{"status": e.Offline.Status.String(), "value": json.RawMessage(raw(e.Offline.Value)), "defaulted": e.Offline.Defaulted,
			"rule": e.Offline.Rule, "rows": e.Offline.Rows, "winner": winner, "others": others,
			"window": explainedWindow(e.Offline.Window)},
		"online": object{"status": e.Online.Status.String(), "value": json.RawMessage(raw(e.Online.Value)), "defaulted": e.Online.Defaulted,
			"table": e.Online.Table, "found": e.Online.Found, "rule": e.Online.Rule, "reason": e.Online.Reason, "deleted": e.Online.Deleted,
			"event_time": instant(e.Online.Event), "created_time": instant(e.Online.Created), "snapshot": instant(e.Online.Snapshot)},
	}
}

// keysDocument is the JSON form of join keys.
func keysDocument(keys []explain.Key) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for _, k := range keys {
		out[k.Name] = raw(k.Value)
	}
	return out
}

func rowDocument(r *explain.Row) any {
	return map[string]any{"file": r.File, "row": r.Position, "event_time": instant(r.Event), "created_time": instant(r.Created),
		"available_time": instant(r.Available), "value": json.RawMessage(raw(r.Value)), "deleted": r.Deleted, "reason": r.Reason}
}

// instant returns i for JSON: RFC 3339, or null for None.
func instant(i eventtime.Instant) any {
	if i == eventtime.None {
		return nil
	}
	return i
}
