package main

import (
	"context"
	"path/filepath"
	"runtime"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// one does one thing in this process: the work of our side, or the making of the data.
func (b *bench) one(ctx context.Context, what string) error {
	switch what {
	case "prepare":
		return b.prepare(ctx)
	case "eval":
		return b.eval(ctx)
	}
	return b.join(ctx)
}

// features returns the twelve aggregates.
func features() (out []pit.WindowFeature) {
	for _, w := range []struct {
		name   string
		length eventtime.Duration
	}{{"h", eventtime.Hour}, {"d", eventtime.Day}, {"w", 7 * eventtime.Day}, {"m", 30 * eventtime.Day}} {
		window := eventtime.Window{Length: w.length}
		out = append(out, pit.WindowFeature{Name: "count_" + w.name, Spec: agg.Spec{Function: agg.Count}, Window: window})
		for _, f := range []agg.Function{agg.Sum, agg.Max} {
			out = append(out, pit.WindowFeature{
				Name: string(f) + "_" + w.name, Spec: agg.Spec{Function: f, Input: value.Scalar(value.Float64)}, Column: "amount", Window: window,
			})
		}
	}
	return out
}

// open returns a snapshot of the events.
func (b *bench) open(ctx context.Context) (offline.Snapshot, error) {
	d := fileoffline.New(filepath.Dir(b.path("events.parquet")), nil)
	columns := []value.Field{
		{Name: "entity_id", Type: value.Scalar(value.Int64)}, {Name: "event_ts", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "amount", Type: value.Scalar(value.Float64)},
	}
	return d.Open(ctx, &feature.Source{Name: "events", Type: feature.FileSource, Path: "events.parquet", TimestampField: "event_ts"}, columns, nil)
}

// withPlan reads the entity rows into memory and calls work with the plan of their aggregates.
func (b *bench) withPlan(ctx context.Context, work func(*pit.Plan) error) error {
	events, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer events.Close()
	spine, err := offline.ReadTable(ctx, b.path("spine.parquet"), nil)
	if err != nil {
		return err
	}
	p := &pit.Plan{Spine: pit.Spine{Columns: spine}, Windows: []pit.WindowScan{{
		Name: "events", Table: events, Layout: pit.Layout{Keys: []string{"entity_id"}, Event: "event_ts"},
		Spine: []string{"entity_id"}, Features: features(),
	}}}
	times := spine.Column("event_ts")
	for i := range spine.Rows {
		p.Spine.AsOf = append(p.Spine.AsOf, times.Instant(i))
	}
	return work(p)
}

// join aggregates Parquet to Parquet.
func (b *bench) join(ctx context.Context) error {
	return b.withPlan(ctx, func(p *pit.Plan) error {
		result, err := pit.EvalWindows(ctx, p, nil)
		if err != nil {
			return err
		}
		out := &value.Batch{}
		out.Add("row_id", p.Spine.Columns.Column("row_id"))
		for i, f := range p.Windows[0].Features {
			out.Add(f.Name, result[0].Columns[i])
		}
		return offline.WriteTable(b.path("ours.parquet"), out)
	})
}

// eval tells what EvalWindows alone takes: from a spine in memory to a result in memory.
func (b *bench) eval(ctx context.Context) error {
	return b.withPlan(ctx, func(p *pit.Plan) error {
		return measure.Timed(func() error {
			result, err := pit.EvalWindows(ctx, p, nil)
			runtime.KeepAlive(result)
			return err
		})
	})
}
