package main

import (
	"context"
	"runtime"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// features are the columns of the view that both sides return.
var features = []value.Field{
	{Name: "f0", Type: value.Scalar(value.Float64)}, {Name: "f1", Type: value.Scalar(value.Float64)},
	{Name: "f2", Type: value.Scalar(value.Float64)}, {Name: "f3", Type: value.Scalar(value.Float64)},
	{Name: "f4", Type: value.Scalar(value.Int64)}, {Name: "f5", Type: value.Scalar(value.Int64)},
}

const ttl = 10 * eventtime.Day

// one does one thing in this process: the work of our side, or the making of the data.
func (b *bench) one(ctx context.Context, what string) error {
	switch what {
	case "prepare":
		return b.prepare(ctx)
	case "newest":
		return b.newest(ctx)
	case "eval":
		return b.eval(ctx)
	}
	return b.join(ctx)
}

// layout returns the roles of the view's columns.
func layout() pit.Layout {
	l := pit.Layout{Keys: []string{"entity_id"}, Event: "event_ts", Created: "created_ts"}
	for _, f := range features {
		l.Features, l.FeatureTypes = append(l.Features, f.Name), append(l.FeatureTypes, f.Type)
	}
	return l
}

// open returns a snapshot of a view's file.
func (b *bench) open(ctx context.Context, file string, key value.Kind) (offline.Snapshot, error) {
	d := fileoffline.New(b.data, nil)
	columns := append([]value.Field{
		{Name: "entity_id", Type: value.Scalar(key)},
		{Name: "event_ts", Type: value.Scalar(value.UnixTimestamp)}, {Name: "created_ts", Type: value.Scalar(value.UnixTimestamp)},
	}, features...)
	s := &feature.Source{Name: "view", Type: feature.FileSource, Path: file, TimestampField: "event_ts", CreatedTimestampColumn: "created_ts"}
	return d.Open(ctx, s, columns, nil)
}

// plan returns the join of the spine, which is read into memory, with the view.
func (b *bench) plan(ctx context.Context, history pit.Table) (*pit.Plan, error) {
	spine, err := offline.ReadTable(ctx, b.path("spine.parquet"), nil)
	if err != nil {
		return nil, err
	}
	p := &pit.Plan{Spine: pit.Spine{Columns: spine}, Views: []pit.ViewScan{{
		Name: "view", Table: history, Layout: layout(), Spine: []string{"entity_id"}, TTL: ttl,
	}}}
	times := spine.Column("event_ts")
	for i := range spine.Rows {
		p.Spine.AsOf = append(p.Spine.AsOf, times.Instant(i))
	}
	return p, nil
}

// join joins Parquet to Parquet.
func (b *bench) join(ctx context.Context) error {
	return b.withPlan(ctx, func(p *pit.Plan) error {
		result, err := pit.Eval(ctx, p, nil)
		if err != nil {
			return err
		}
		spine := p.Spine.Columns
		for i, f := range features {
			spine.Add(f.Name, result.Views[0].Columns[i])
		}
		return offline.WriteTable(b.path("ours.parquet"), spine)
	})
}

// eval tells what Eval alone takes: from a spine in memory to a result in memory.
func (b *bench) eval(ctx context.Context) error {
	return b.withPlan(ctx, func(p *pit.Plan) error {
		return measure.Timed(func() error {
			result, err := pit.Eval(ctx, p, nil)
			runtime.KeepAlive(result)
			return err
		})
	})
}

func (b *bench) withPlan(ctx context.Context, work func(*pit.Plan) error) error {
	history, err := b.open(ctx, "view.parquet", value.Int64)
	if err != nil {
		return err
	}
	defer history.Close()
	p, err := b.plan(ctx, history)
	if err != nil {
		return err
	}
	return work(p)
}

// newest reduces the view to its newest row per key and loads the payload in runs.
func (b *bench) newest(ctx context.Context) error {
	file, key := "view.parquet", value.Int64
	if b.keys == "string" {
		file, key = "view_string.parquet", value.String
	}
	history, err := b.open(ctx, file, key)
	if err != nil {
		return err
	}
	defer history.Close()
	start := time.Now()
	w, err := pit.Newest(ctx, &pit.NewestPlan{
		Name: "view", Table: history, Layout: layout(),
		Select: pit.Selection{
			Interval: eventtime.Interval{Start: eventtime.Min, End: eventtime.Max}, AvailableBy: eventtime.Max,
			CreatedAfter: eventtime.None, AvailableAfter: eventtime.None,
		},
	}, nil)
	if err != nil {
		return err
	}
	reduced := time.Since(start)
	columns, err := w.Load(ctx, 0, w.Len())
	if err != nil {
		return err
	}
	runtime.KeepAlive(columns)
	measure.Note("  %d keys: reduce %.2f s, load %.2f s", w.Len(), reduced.Seconds(), (time.Since(start) - reduced).Seconds())
	return nil
}
