package cli

import (
	"encoding/json"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/value"
)

// featureShares are the shares of a feature's cells, from 0 to 1, for JSON.
type featureShares struct {
	Name      string                `json:"name"`
	Present   float64               `json:"present"`
	Null      float64               `json:"null"`
	NotFound  float64               `json:"not_found"`
	Expired   float64               `json:"outside_max_age"`
	Ambiguous float64               `json:"ambiguous"`
	Leaked    float64               `json:"leaked"`
	Age       *historical.AgeReport `json:"age"`
}

func (v *historicalVerb) shares(r *truepoint.HistoricalResult) []featureShares {
	if !v.Report {
		return nil
	}
	var out []featureShares
	rows := r.Rows
	for _, view := range r.Views {
		for _, f := range view.Features {
			out = append(out, featureShares{f.Name, share(f.Present, rows), share(f.Null, rows), share(f.NotFound, rows),
				share(f.Expired, rows), share(f.Ambiguous, rows), share(f.Leaked, rows), f.Age})
		}
	}
	return out
}

// leakTable shows the first leaking cells: what was used, and what was known at the row's time.
func leakTable(l *historical.LeakReport) *screen.Table {
	tb := &screen.Table{Columns: screen.Columns(">ROW", "KEY", "FEATURE", ">USED", "CREATED", ">KNOWN", "ROW'S TIME")}
	for i := range l.First {
		c := &l.First[i]
		tb.AddCells(screen.Cell{Text: count(c.Row)}, screen.Cell{Text: keyText(c)}, screen.Cell{Text: c.Name},
			leakedCell(&c.Used), minuteCell(c.Used.Created), leakedCell(&c.Known), minuteCell(c.AsOf))
	}
	return tb
}

func keyText(c *historical.Leak) string {
	parts := make([]string, len(c.Key))
	for k, v := range c.Key {
		parts[k] = cellText(v)
	}
	return strings.Join(parts, ", ")
}

// leakedCell shows a value, or why there is none.
func leakedCell(v *historical.LeakedValue) screen.Cell {
	switch v.Status {
	case value.NullValue:
		return screen.Cell{Text: "null", Style: screen.Faint}
	case value.NotFound:
		return screen.Cell{Text: "no row", Style: screen.Faint}
	case value.OutsideMaxAge:
		return screen.Cell{Text: "expired", Style: screen.Faint}
	}
	return screen.Cell{Text: cellText(v.Value)}
}

// leakDocuments are the JSON form of the leaking cells.
func leakDocuments(l *historical.LeakReport) []any {
	if l == nil {
		return nil
	}
	var out []any
	for i := range l.First {
		c := &l.First[i]
		keys := map[string]json.RawMessage{}
		for k, f := range c.Keys {
			keys[f.Name] = raw(c.Key[k])
		}
		out = append(out, map[string]any{"row": c.Row, "feature": c.Name, "keys": keys, "as_of": instant(c.AsOf),
			"used": leakedDocument(&c.Used), "known": leakedDocument(&c.Known)})
	}
	return out
}

func leakedDocument(v *historical.LeakedValue) any {
	type side struct {
		Status  string          `json:"status"`
		Value   json.RawMessage `json:"value"`
		Event   any             `json:"event_time"`
		Created any             `json:"created_time"`
	}
	return side{v.Status.String(), raw(v.Value), instant(v.Event), instant(v.Created)}
}
