package explain

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// Preview returns the first limit rows of a view's history, as they stand in the source: keys, times, features.
func Preview(ctx context.Context, env *Env, view string, limit int) (out *value.Batch, err error) {
	v, err := env.Set.DataView(view)
	if err != nil {
		return nil, err
	}
	u, err := env.Set.SelectView(v)
	if err != nil {
		return nil, err
	}
	t, err := history.Open(ctx, env.Offline, u, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errs.Join(err, t.Close()) }()
	names := slices.DeleteFunc(columnsOf(t), offline.Ours)
	columns := make([]*value.Column, len(names))
	for i := range columns {
		columns[i] = &value.Column{}
	}
	out = &value.Batch{}
	for _, p := range t.Parts() {
		if out.Rows >= limit && len(out.Names) > 0 {
			break
		}
		if err := p.Read(ctx, names, columns); err != nil {
			return nil, err
		}
		take(out, names, columns, limit)
	}
	return out, nil
}

// take appends rows of columns to out until it has limit rows.
func take(out *value.Batch, names []string, columns []*value.Column, limit int) {
	if len(out.Names) == 0 {
		for i, n := range names {
			out.Add(n, value.NewColumn(columns[i].Type, limit))
		}
	}
	for i := 0; len(columns) > 0 && i < columns[0].Len() && out.Rows < limit; i++ {
		for c := range columns {
			out.Columns[c].Append(columns[c].At(i))
		}
		out.Rows++
	}
}
