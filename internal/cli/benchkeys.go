package cli

import (
	"slices"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// Requests of a load: so many different ones, with keys out of so many rows of history.
const (
	benchBodies = 1000
	benchKeys   = 100_000
)

// bodies returns different requests, each with v.Rows keys.
func (v *benchServeVerb) bodies(a *app, s *truepoint.Store) ([][]byte, error) {
	set, _, err := s.Definitions(a.ctx)
	if err != nil {
		return nil, err
	}
	sel, err := v.selection(set)
	if err != nil {
		return nil, err
	}
	columns, err := v.keys(a, s, sel)
	if err != nil {
		return nil, err
	}
	rows := 0
	for _, c := range columns {
		rows = max(rows, c.Len())
	}
	out := make([][]byte, min(benchBodies, max(1, rows/v.Rows)))
	for i := range out {
		out[i] = v.body(sel, columns, i*v.Rows)
	}
	return out, nil
}

// keys returns a column for every column of a request: from the file, or from the histories of the views.
func (v *benchServeVerb) keys(a *app, s *truepoint.Store, sel *feature.Selection) ([]*value.Column, error) {
	if v.Entities != "" {
		b, err := readTyped(a.ctx, v.Entities, sel.Request, nil)
		if err != nil {
			return nil, err
		}
		if b.Rows == 0 {
			return nil, errs.New(errs.InvalidArgument, "%s has no rows", v.Entities).WithID("T0984")
		}
		return b.Columns, nil
	}
	out := make([]*value.Column, len(sel.Request))
	for i := range sel.Uses {
		if err := historyKeys(a, s, sel, &sel.Uses[i], out); err != nil {
			return nil, err
		}
	}
	for i, f := range sel.Request {
		if out[i] == nil || out[i].Len() == 0 {
			return nil, errs.New(errs.InvalidArgument, "no values for %q are found in the histories of the views", f.Name).WithID("T0985").
				WithHint("give a file with a column %s: --entities FILE", f.Name)
		}
	}
	return out, nil
}

// historyKeys fills those of out that are still nil and that a view's history has values for, each value once.
func historyKeys(a *app, s *truepoint.Store, sel *feature.Selection, u *feature.Use, out []*value.Column) error {
	var b *value.Batch
	for k, name := range u.Columns {
		i := slices.IndexFunc(sel.Request, func(f value.Field) bool { return f.Name == name })
		if out[i] != nil {
			continue
		}
		if b == nil {
			var err error
			if b, err = s.Preview(a.ctx, u.View.Name, benchKeys); err != nil {
				return err
			}
		}
		at := slices.Index(b.Names, u.Keys[k].Name)
		if at < 0 {
			return errs.New(errs.Internal, "the history of view %q has no column %q", u.View.Name, u.Keys[k].Name)
		}
		out[i] = distinctValues(b.Columns[at])
	}
	return nil
}

// distinctValues returns the values of c that are not null, each once, in order.
func distinctValues(c *value.Column) *value.Column {
	out, seen := value.NewColumn(c.Type, 0), map[string]bool{}
	for i := range c.Len() {
		v := c.At(i)
		if text := string(jsonvalue.Append(nil, v)); !v.IsNull() && !seen[text] {
			seen[text] = true
			out.Append(v)
		}
	}
	return out
}

// body returns a request for the keys from row lo on; columns begin again where they end.
func (v *benchServeVerb) body(sel *feature.Selection, columns []*value.Column, lo int) []byte {
	b := []byte("{")
	if v.Service != "" {
		b = jsonvalue.AppendString(append(b, `"feature_service":`...), v.Service)
	} else {
		b = append(b, `"features":[`...)
		for i, f := range v.Features {
			if i > 0 {
				b = append(b, ',')
			}
			b = jsonvalue.AppendString(b, f)
		}
		b = append(b, ']')
	}
	if v.FullNames {
		b = append(b, `,"full_feature_names":true`...)
	}
	b = append(b, `,"entities":{`...)
	for i, c := range columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(jsonvalue.AppendString(b, sel.Request[i].Name), `:[`...)
		for row := range v.Rows {
			if row > 0 {
				b = append(b, ',')
			}
			b = jsonvalue.Append(b, c.At((lo+row)%c.Len()))
		}
		b = append(b, ']')
	}
	return append(b, "}}"...)
}
