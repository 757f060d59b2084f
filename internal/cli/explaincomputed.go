package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/explain"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/serving"
)

// computedText explains an on-demand feature.
func computedText(t *screen.Terminal, e *truepoint.Explanation) string {
	var b strings.Builder
	c := e.Computed
	fmt.Fprintf(&b, "%s%s\n", t.Paint(screen.Strong, e.Ref), ofKeys(e.Keys))
	fmt.Fprintf(&b, "as of %s; computed when it is asked for; registry revision %d\n\n", e.At, e.Revision)
	fmt.Fprintf(&b, "%s  %s\n", explained(c.Cell.Value, c.Cell.Defaulted), statusPaint(t, c.Cell.Status))
	if c.Cell.Reason != "" {
		fmt.Fprintf(&b, "  %s\n", c.Cell.Reason)
	}
	fmt.Fprintf(&b, "  %s\n", c.Expression)
	if len(c.Inputs) == 0 {
		return b.String()
	}
	b.WriteByte('\n')
	tb := &screen.Table{Columns: screen.Columns("INPUT", ">VALUE", "STATUS", "EVENT TIME", "FROM")}
	for i := range c.Inputs {
		in := &c.Inputs[i]
		status, style := statusText(in.Cell)
		from, event := in.Ref, ""
		if from == "" {
			from = "the request"
		}
		if in.Cell.Event != eventtime.None {
			event = short(in.Cell.Event)
		}
		tb.AddCells(screen.Cell{Text: in.Name}, screen.Cell{Text: cellText(in.Cell.Value)}, screen.Cell{Text: status, Style: style}, screen.Cell{Text: event}, screen.Cell{Text: from})
	}
	b.WriteString(t.Render(tb))
	return b.String()
}

// ofKeys returns " of k=v, l=w", and nothing without keys.
func ofKeys(keys []explain.Key) string {
	texts := make([]string, len(keys))
	for i, k := range keys {
		texts[i] = k.Name + "=" + cellText(k.Value)
	}
	if len(texts) == 0 {
		return ""
	}
	return " of " + strings.Join(texts, ", ")
}

// computedDocument is the JSON form of the explanation of an on-demand feature.
func computedDocument(e *truepoint.Explanation) any {
	inputs := []any{}
	for i := range e.Computed.Inputs {
		in := &e.Computed.Inputs[i]
		document := cellDocument(&in.Cell)
		document["name"] = in.Name
		document["feature"] = nil
		if in.Ref != "" {
			document["feature"] = in.Ref
		}
		inputs = append(inputs, document)
	}
	document := cellDocument(&e.Computed.Cell)
	for name, v := range map[string]any{"feature": e.Ref, "type": e.Field.Type.String(), "keys": keysDocument(e.Keys), "as_of": instant(e.At), "revision": e.Revision,
		"expression": e.Computed.Expression, "inputs": inputs} {
		document[name] = v
	}
	return document
}

func cellDocument(c *serving.Cell) map[string]any {
	return map[string]any{"status": c.Status.String(), "value": json.RawMessage(raw(c.Value)), "defaulted": c.Defaulted,
		"event_time": instant(c.Event), "reason": c.Reason}
}
