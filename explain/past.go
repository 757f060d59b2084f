package explain

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A Knowledge says which rows may be known (design/semantics.md 4.6). The zero value is all of them.
type Knowledge struct {
	Rule pit.KnownAtRule
	At   eventtime.Instant // for pit.KnownAtInstant
}

// has reports whether a row is known to whoever asks at a moment.
func (k Knowledge) has(r *Row, at eventtime.Instant) bool {
	exists := r.Created
	if exists == eventtime.None {
		exists = r.Event
	}
	switch k.Rule {
	case pit.KnownAtInstant:
		return exists <= k.At
	case pit.KnownAtAsOf:
		return exists <= at
	}
	return true
}

// A Past is one row of a training set whose values are asked about.
type Past struct {
	Key   []value.Value // parts in order of key name, of the types of the use's keys; null ones have no history
	At    eventtime.Instant
	Known Knowledge
}

// History tells for every field of a use which row of the history answers, or why there is none, with at most eight of
// the rows that lost, or of those that count in a window. It reads the parts of the history that may hold the key.
// Errors: those of the offline store.
func History(ctx context.Context, d offline.Driver, u *feature.Use, p *Past) (out []Offline, err error) {
	for _, part := range p.Key {
		if part.IsNull() {
			return unanswered(u, "the row has a null join key"), nil
		}
	}
	if p.At == eventtime.None {
		return unanswered(u, "the row has no time"), nil
	}
	table, err := history.Open(ctx, d, u, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errs.Join(err, table.Close()) }()
	f, err := collect(ctx, table, p.Key)
	if err != nil {
		return nil, err
	}
	f.known = p.Known
	for i := range u.Fields {
		one := *u
		one.Fields, one.Outputs = u.Fields[i:i+1], u.Outputs[i:i+1]
		if !u.View.Windowed() {
			f.layout.Features, f.layout.FeatureTypes = []string{u.Fields[i].Name}, []value.Type{u.Fields[i].Type}
		}
		o, err := f.answer(ctx, &one, p.At)
		if err != nil {
			return nil, err
		}
		if o.Window != nil {
			o.Window.Rows = o.Window.Rows[:min(len(o.Window.Rows), othersDefault)]
		}
		o.Others = o.Others[:min(len(o.Others), othersDefault)]
		out = append(out, o)
	}
	return out, nil
}

// unanswered explains every field of a use by one rule.
func unanswered(u *feature.Use, rule string) []Offline {
	out := make([]Offline, len(u.Fields))
	for i := range out {
		one := *u
		one.Fields = u.Fields[i : i+1]
		out[i] = Offline{Status: value.NotFound, Rule: rule}.withDefault(&one)
	}
	return out
}
