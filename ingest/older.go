package ingest

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/value"
)

// An older is what a push means to a view that an older generation answers: its rows as the definition of then reads
// them, so that what is pushed is served while the newest generation waits for its first complete run.
type older struct {
	*serving.Older
	rows *table // nil where the rows cannot be read so
	why  error  // why not
}

// readOlder reads the rows of a push once more for each view that it feeds and that an older generation answers. That
// it cannot do so for one of them is told in the result and does not stop the push: the newest definition has taken it.
func (e *Env) readOlder(ctx context.Context, t *target, req *Request, l limits) []older {
	var out []older
	for _, o := range e.Older {
		fed := slices.ContainsFunc(t.uses, func(u feature.Use) bool { return u.View.Name == o.View && u.View.Online })
		if !fed || t.to == Offline {
			continue
		}
		then, err := olderTarget(o, req)
		if err != nil {
			out = append(out, older{Older: o, why: err})
			continue
		}
		cut := *req
		cut.Rows = then.cut(then.named(req))
		rows, err := parse(ctx, then, &cut, l)
		if err != nil {
			rows = nil
		}
		out = append(out, older{o, rows, err})
	}
	return out
}

// olderTarget returns the target of a push as the older definition of a view saw it: that view alone. Errors: those of
// findTarget, FailedPrecondition for a view that was not fed by what is pushed to.
func olderTarget(o *serving.Older, req *Request) (*target, error) {
	online := *req
	online.To = Online
	v, _ := o.Set.View(o.View)
	if req.Source != "" && v.Source != req.Source {
		return nil, errs.New(errs.FailedPrecondition, "the view did not read %q then", req.Source)
	}
	t, err := findTarget(o.Set, &online)
	if err != nil {
		return nil, err
	}
	t.uses = slices.DeleteFunc(t.uses, func(u feature.Use) bool { return u.View.Name != o.View })
	t.needed = t.uses
	t.fields = columns(t)
	return t, nil
}

// cut leaves out the columns that rows for t cannot have.
func (t *target) cut(rows []input.Column) []input.Column {
	return slices.DeleteFunc(slices.Clone(rows), func(c input.Column) bool {
		return !slices.ContainsFunc(t.fields, func(f value.Field) bool { return f.Name == c.Name })
	})
}

// writeOlder writes the rows of a push to the generation that answers, and returns what came of it. Rows that the older
// definition cannot read are not written, which is no error.
func (e *Env) writeOlder(ctx context.Context, o *older, arrival eventtime.Instant) (*OlderResult, sink.Outcome, error) {
	res := &OlderResult{Generation: o.Generation}
	if o.rows == nil {
		first := *errs.All(o.why)[0]
		first.Hint = "" // it says how to push to the older definition, which nobody should
		res.Skipped = first.Error()
		return res, sink.Outcome{Newest: eventtime.None}, nil
	}
	o.rows.arrive(arrival)
	out, err := e.writeTable(ctx, &o.rows.target.uses[0], o.rows, arrival)
	res.Written, res.Superseded = out.Written, out.Superseded
	return res, out, err
}
