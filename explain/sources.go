package explain

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/value"
)

// CheckSources looks at the data behind every view of a set: that the columns are there, have the declared types in
// every row, and how many keys and times are null. A source that cannot be read is told in its item, with the file.
func CheckSources(ctx context.Context, env *Env) ([]SourceCheck, error) {
	out := make([]SourceCheck, len(env.Set.Views))
	for i, v := range env.Set.Views {
		out[i] = SourceCheck{View: v.Name, Source: v.Source, Oldest: eventtime.None, Newest: eventtime.None}
		out[i].Err = env.check(ctx, v, &out[i])
		if err := ctx.Err(); err != nil {
			return nil, errs.Wrap(err, errs.CodeOf(err), "check sources")
		}
	}
	return out, nil
}

func (e *Env) check(ctx context.Context, v *feature.View, c *SourceCheck) (err error) {
	u, err := e.Set.SelectView(v)
	if err != nil {
		return err
	}
	c.Source = u.Source.Name
	if u.View, err = e.typed(ctx, u); err != nil {
		return err
	}
	t, err := history.Open(ctx, e.Offline, u, nil)
	if err != nil {
		return err
	}
	defer func() { err = errs.Join(err, t.Close()) }()
	for _, f := range t.Manifest().Files {
		c.Files++
		c.Bytes += f.Size
	}
	names := columnsOf(t)
	columns := make([]*value.Column, len(names))
	for i := range columns {
		columns[i] = &value.Column{}
	}
	for _, p := range t.Parts() {
		if err := p.Read(ctx, names, columns); err != nil {
			return err
		}
		c.count(columns, len(t.Layout.Keys))
	}
	return nil
}

// typed returns the view of a use with the types of all columns that its windows are computed from: definitions that are
// not applied may leave them to the source. Errors: NotFound for columns that the source lacks, and the driver's.
func (e *Env) typed(ctx context.Context, u *feature.Use) (*feature.View, error) {
	unknown := func(f value.Field) bool { return f.Type.IsZero() }
	if !slices.ContainsFunc(u.View.Inputs, unknown) {
		return u.View, nil
	}
	columns, err := e.Offline.Columns(ctx, u.Source)
	if err != nil {
		return nil, err
	}
	v := *u.View
	v.Inputs = slices.Clone(v.Inputs)
	var faults errs.List
	for i := range v.Inputs {
		f := &v.Inputs[i]
		at := slices.IndexFunc(columns, func(c value.Field) bool { return c.Name == f.Name })
		switch {
		case !unknown(*f):
		case at < 0:
			faults.Add(errs.New(errs.NotFound, "source %q has no column %q, which view %q uses", u.Source.Name, f.Name, v.Name).WithID("T0341"))
		default:
			f.Type = columns[at].Type
		}
	}
	return &v, faults.Err()
}

// count adds the rows of a part; its first columns are the keys, the next one is the event time.
func (c *SourceCheck) count(columns []*value.Column, keys int) {
	event := columns[keys]
	for i := range event.Len() {
		c.Rows++
		for _, k := range columns[:keys] {
			if k.Null(i) {
				c.NullKeys++
				break
			}
		}
		at := event.Instant(i)
		if at == eventtime.None {
			c.NullTime++
			continue
		}
		if c.Oldest == eventtime.None || at < c.Oldest {
			c.Oldest = at
		}
		c.Newest = max(c.Newest, at)
	}
}
