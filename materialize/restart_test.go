package materialize_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/value"
)

// A shifting driver says of some readings that their file changed since the snapshot.
type shifting struct {
	*memoffline.Driver
	changed func(reading int) bool
	n       atomic.Int64
}

func (d *shifting) Open(ctx context.Context, s *feature.Source, columns []value.Field, pinned *offline.Manifest) (offline.Snapshot, error) {
	snap, err := d.Driver.Open(ctx, s, columns, pinned)
	return &shiftingSnapshot{snap, d}, err
}

type shiftingSnapshot struct {
	offline.Snapshot
	driver *shifting
}

func (s *shiftingSnapshot) Parts() []pit.Part {
	var out []pit.Part
	for _, p := range s.Snapshot.Parts() {
		out = append(out, &shiftingPart{p, s.driver})
	}
	return out
}

type shiftingPart struct {
	pit.Part
	driver *shifting
}

func (p *shiftingPart) Read(ctx context.Context, columns []string, dst []*value.Column) error {
	if p.driver.changed(int(p.driver.n.Add(1))) {
		return errs.New(errs.FailedPrecondition, "file src changed")
	}
	return p.Part.Read(ctx, columns, dst)
}

func shiftingRig(t *testing.T, changed func(int) bool) *storetest.Rig {
	t.Helper()
	d := &shifting{changed: changed, Driver: memoffline.New()}
	r := storetest.New(t, noon, func(o *truepoint.Options) { o.Offline = d })
	t.Cleanup(func() { r.Store.Close() })
	d.Put("src", rows(6))
	r.Apply(t, storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}))
	return r
}

func TestChangedSourceRestartsTheRunWithANewSnapshot(t *testing.T) {
	t.Parallel()
	var r *storetest.Rig
	r = shiftingRig(t, func(n int) bool {
		if n == 2 {
			r.Clock.Add(eventtime.Second)
		}
		return n == 2
	})
	run := r.Materialize(t, whole(2))["v"]
	if run.Restarted != 1 || run.Status != runs.Complete || run.Written != 6 || run.Snapshot != noon.Add(eventtime.Second) {
		t.Errorf("run: %+v", run)
	}
}

func TestSourceThatKeepsChangingFailsTheRun(t *testing.T) {
	t.Parallel()
	r := shiftingRig(t, func(n int) bool { return true })
	_, err := r.Store.Materialize(t.Context(), whole(2))
	if errs.CodeOf(err) != errs.FailedPrecondition {
		t.Fatalf("got %v", err)
	}
	all, err := r.Store.Runs(t.Context(), "v", 0)
	if err != nil || len(all) != 1 || all[0].Status != runs.Failed || all[0].Restarted != 1 {
		t.Errorf("history: %+v, %v", all, err)
	}
}
