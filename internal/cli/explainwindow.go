package cli

import (
	"fmt"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/explain"
	"github.com/truepoint/truepoint/internal/screen"
)

// windowText tells which events a window reaches over, and of the newest rows that count.
func windowText(t *screen.Terminal, w *explain.Window) string {
	if w == nil || w.Of == eventtime.None {
		return ""
	}
	from := "the first event"
	if w.Bounds.Start > eventtime.Min {
		from = w.Bounds.Start.String()
	}
	text := fmt.Sprintf("  values of %s, of rows usable by %s\n  events from %s to %s, both inclusive\n  %s\n", w.Of, w.Usable, from, w.Bounds.End,
		countText(w.Counted))
	if len(w.Rows) == 0 {
		return text
	}
	tb := &screen.Table{Columns: screen.Columns("  EVENT TIME", "CREATED", ">VALUE", "ROW")}
	for i := range w.Rows {
		r := &w.Rows[i]
		tb.Add("  "+short(r.Event), short(r.Created), cellText(r.Value), count(r.Position+1)+ofFile(r.File))
	}
	text += t.Render(tb)
	if rest := w.Counted - int64(len(w.Rows)); rest > 0 {
		text += fmt.Sprintf("  … %s, -n 0 shows all\n", plural(int(rest), "older row", "older rows"))
	}
	return text
}

func countText(n int64) string {
	if n == 1 {
		return "1 row counts"
	}
	return count(n) + " rows count"
}

// explainedWindow is the JSON form of a window; nil for a feature that is not computed from events.
func explainedWindow(w *explain.Window) any {
	if w == nil {
		return nil
	}
	rows := []any{}
	for i := range w.Rows {
		rows = append(rows, rowDocument(&w.Rows[i]))
	}
	start := instant(w.Bounds.Start)
	if w.Bounds.Start == eventtime.Min {
		start = nil
	}
	return map[string]any{"function": w.Function, "values_of": instant(w.Of), "usable_by": instant(w.Usable), "start": start, "end": instant(w.Bounds.End),
		"counted": w.Counted, "rows": rows}
}
