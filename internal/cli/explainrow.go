package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/explain"
	"github.com/truepoint/truepoint/internal/screen"
)

// rowFlags name a row of a saved training set.
type rowFlags struct {
	Dataset string `placeholder:"NAME" help:"Explain a row of this saved training set."`
	Row     int64  `placeholder:"N" help:"The row of --dataset, from 1."`
}

// explainRow explains a row of a training set.
func (v *explainVerb) explainRow(a *app) error {
	switch {
	case v.Dataset == "" || v.Row == 0:
		return errs.New(errs.Usage, "--dataset and --row go together").WithID("T0962").WithHint("explain --dataset NAME --row N; rows count from 1")
	case len(v.Entity) > 0 || v.At != "":
		return errs.New(errs.Usage, "the row of the dataset says which entity and when").WithID("T0962").WithHint("leave out -e and --at")
	}
	return a.withStore(func(s *truepoint.Store) error {
		t, err := s.ExplainDataset(a.ctx, v.Dataset, v.Row, v.Ref, a.datasetFiles())
		if err != nil {
			return err
		}
		return a.print(&screen.Answer{Text: a.out.ASCII(traceText(a.out, t)), Value: traceDocument(t), Names: []string{t.Dataset}})
	})
}

func traceText(t *screen.Terminal, r *dataset.Trace) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, row %s of %s\n", t.Paint(screen.Strong, r.Dataset), count(r.PathRow), r.Path)
	at := "no time"
	if r.At != eventtime.None {
		at = r.At.String()
	}
	fmt.Fprintf(&b, "%s, as of %s, registry revision %d\n", strings.TrimPrefix(ofKeys(r.Keys), " of "), at, r.Revision)
	for _, c := range r.Causes {
		b.WriteString(t.Wrapped("", t.Paint(screen.Caution, "changed since: ")+c.Subject+": "+c.Text))
	}
	for i := range r.Values {
		v := &r.Values[i]
		fmt.Fprintf(&b, "\n%s  %s  %s\n", t.Paint(screen.Strong, v.Ref), explained(v.Offline.Value, v.Offline.Defaulted), statusPaint(t, v.Offline.Status))
		if !v.Saved.Identical(v.Offline.Value) {
			fmt.Fprintf(&b, "  %s\n", t.Paint(screen.Bad, "the set's file has "+cellText(v.Saved)))
		}
		fmt.Fprintf(&b, "  %s\n", v.Offline.Rule)
		if w := v.Offline.Winner; w != nil {
			fmt.Fprintf(&b, "  %s\n  %s\n", placeText(w), rowTimes(w))
		}
		b.WriteString(windowText(t, v.Offline.Window))
	}
	return b.String()
}

// placeText says where a row of a history stands.
func placeText(w *explain.Row) string {
	text := fmt.Sprintf("row %s%s", count(w.Position+1), ofFile(w.File))
	if strings.HasSuffix(w.File, ".parquet") {
		text += fmt.Sprintf(", in row group %d", w.Group+1)
	}
	return text
}

func traceDocument(r *dataset.Trace) any {
	type object = map[string]any
	values, causes := []any{}, []any{}
	for _, c := range r.Causes {
		causes = append(causes, object{"kind": c.Kind, "subject": c.Subject, "text": c.Text})
	}
	for i := range r.Values {
		v := &r.Values[i]
		var source any
		if w := v.Offline.Winner; w != nil {
			source = object{"file": w.File, "row_group": w.Group, "row": w.Position, "event_time": instant(w.Event), "created_time": instant(w.Created),
				"available_time": instant(w.Available), "deleted": w.Deleted}
		}
		values = append(values, object{"column": v.Column, "feature": v.Ref, "saved": json.RawMessage(raw(v.Saved)), "value": json.RawMessage(raw(v.Offline.Value)),
			"status": v.Offline.Status.String(), "defaulted": v.Offline.Defaulted, "rule": v.Offline.Rule, "source": source, "window": explainedWindow(v.Offline.Window)})
	}
	return object{"dataset": r.Dataset, "row": r.Row, "file": r.Path, "file_row": r.PathRow, "keys": keysDocument(r.Keys), "as_of": instant(r.At), "revision": r.Revision,
		"values": values, "causes": causes}
}
