package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/internal/screen"
)

type datasetsVerifyVerb struct{ datasetName }

// Help tells what the answer means.
func (v *datasetsVerifyVerb) Help() string {
	return "The entity rows come from the set's own files, the definitions from the registry at the set's revision, and the rows from the snapshots that were recorded; " +
		"rows that were added to a source later are left out. The exit status is 0 if the set is identical and 3 if it is not."
}

// Run implements datasets verify.
func (v *datasetsVerifyVerb) Run(a *app) error {
	return a.withStore(func(s *truepoint.Store) error {
		r, err := s.VerifyDataset(a.ctx, v.Name, a.datasetFiles())
		if err != nil {
			return err
		}
		if err := a.print(&screen.Answer{Text: a.out.ASCII(verificationText(a.out, r)), Value: verificationDocument(r), Names: []string{r.Dataset}}); err != nil {
			return err
		}
		if !r.Identical {
			return saidNo()
		}
		return nil
	})
}

func verificationText(t *screen.Terminal, r *dataset.Verification) string {
	var b strings.Builder
	switch {
	case r.Identical:
		fmt.Fprintf(&b, "%s: %s rows, %s cells, made again of revision %d\n", t.Paint(screen.Good, "identical"), count(r.Rows), count(r.Cells), r.Revision)
	case r.Rows == 0 && r.Different == 0:
		fmt.Fprintf(&b, "%s: nothing could be compared\n", t.Paint(screen.Bad, "not verified"))
	case r.Different == 0:
		fmt.Fprintf(&b, "%s: the files are not those that were saved, though all %s cells came out the same\n", t.Paint(screen.Bad, "different"), count(r.Cells))
	default:
		fmt.Fprintf(&b, "%s: %s of %s cells, made again of revision %d\n", t.Paint(screen.Bad, "different"), count(r.Different), count(r.Cells), r.Revision)
	}
	for _, c := range r.Causes {
		b.WriteString(t.Wrapped("  ", fmt.Sprintf("- %s: %s", c.Subject, c.Text)))
	}
	for _, n := range r.Notes {
		b.WriteString(t.Wrapped("  ", "- "+n))
	}
	if len(r.Features) > 0 {
		tb := &screen.Table{Columns: screen.Columns("FEATURE", ">CELLS", "WHY")}
		for _, f := range r.Features {
			tb.Add(f.Ref, count(f.Different), f.Why)
		}
		b.WriteString("\n" + t.Render(tb))
	}
	if len(r.First) > 0 {
		tb := &screen.Table{Columns: screen.Columns("FILE", ">ROW", "COLUMN", ">SAVED", ">NOW")}
		for _, d := range r.First {
			tb.Add(d.Path, count(d.Row), d.Column, cellText(d.Saved), cellText(d.Now))
		}
		b.WriteString("\n" + t.Render(tb))
		if rest := r.Different - int64(len(r.First)); rest > 0 {
			fmt.Fprintf(&b, "… and %s more\n", plural(int(rest), "cell", "cells"))
		}
	}
	return b.String()
}

func verificationDocument(r *dataset.Verification) any {
	type object = map[string]any
	causes, features, cells := []any{}, []any{}, []any{}
	for _, c := range r.Causes {
		causes = append(causes, object{"kind": c.Kind, "subject": c.Subject, "text": c.Text})
	}
	for _, f := range r.Features {
		features = append(features, object{"column": f.Column, "feature": f.Ref, "different": f.Different, "why": f.Why})
	}
	for _, d := range r.First {
		cells = append(cells, object{"column": d.Column, "file": d.Path, "row": d.Row, "saved": json.RawMessage(raw(d.Saved)), "now": json.RawMessage(raw(d.Now))})
	}
	return object{"dataset": r.Dataset, "identical": r.Identical, "revision": r.Revision, "rows": r.Rows, "cells": r.Cells, "different": r.Different,
		"causes": causes, "features": features, "first": cells, "notes": orEmpty(r.Notes)}
}
