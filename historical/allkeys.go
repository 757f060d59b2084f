package historical

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/pit"
)

// allKeys builds the spine of batch inference: every key that the view's history knows at AsOf, in key order, each at
// that instant. A key whose newest row is a tombstone is among them and answers not found.
func allKeys(ctx context.Context, src Source, req *Request) (sp *spine, err error) {
	v, ok := src.Set.View(req.AllKeys)
	if !ok {
		_, err := src.Set.SelectRefs([]string{feature.Ref{View: req.AllKeys, Feature: "any"}.String()}, req.Names)
		return nil, err
	}
	if !req.AsOf.Valid() {
		return nil, errs.New(errs.InvalidArgument, "all keys of view %q are asked for without a moment", v.Name).
			WithID("T0339").WithHint("add --as-of TIME")
	}
	use, err := src.Set.SelectView(v)
	if err != nil {
		return nil, err
	}
	use.Fields, use.Outputs = nil, nil
	table, err := history.Open(ctx, src.Offline, use, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errs.Join(err, table.Close()) }()
	winners, err := pit.Newest(ctx, &pit.NewestPlan{
		Name: v.Name, Table: table, Layout: table.Layout, Availability: use.Source.Availability,
		Select: pit.Selection{
			Interval:     eventtime.Interval{Start: eventtime.Min, End: req.AsOf},
			AvailableBy:  req.AsOf,
			CreatedAfter: eventtime.None, AvailableAfter: eventtime.None,
		},
	}, &pit.EvalOptions{Progress: req.Progress})
	if err != nil {
		return nil, err
	}
	b := newSpineBuilder(use.Keys)
	for i := range winners.Len() {
		if err := b.add(winners.Key(i), req.AsOf); err != nil {
			return nil, err
		}
	}
	return b.spine(req), nil
}
