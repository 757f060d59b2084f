package explain

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/value"
)

// lateAfter is how many periods of its schedule may pass since a view's last run before it counts as late.
const lateAfter = 2

// Fresh returns the ages of views, of all when none is named, in order of name. It reads the online table of each.
func Fresh(ctx context.Context, env *Env, views ...string) ([]Freshness, error) {
	chosen := env.Set.Views
	if len(views) > 0 {
		chosen = nil
		for _, name := range views {
			v, err := env.Set.DataView(name)
			if err != nil {
				return nil, err
			}
			chosen = append(chosen, v)
		}
	}
	states, err := env.Ledger.Views(ctx)
	if err != nil {
		return nil, err
	}
	now := env.Clock()
	out := make([]Freshness, len(chosen))
	for i, v := range chosen {
		state := states[v.Name]
		if state == nil {
			state = &runs.View{}
		}
		if out[i], err = env.fresh(ctx, v, state, now); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (e *Env) fresh(ctx context.Context, v *feature.View, state *runs.View, now eventtime.Instant) (Freshness, error) {
	f := Freshness{View: v.Name, Online: v.Online, NewestEvent: eventtime.None, LastRun: eventtime.None, Watermark: eventtime.None}
	if v.Schedule != "" {
		s, err := feature.ParseSchedule(v.Schedule)
		if err != nil {
			return f, err
		}
		f.Schedule = s.Period()
	}
	serving := state.Serving(v)
	if state.Known(serving) {
		g := state.Generation(serving)
		f.Watermark, f.LastRun = g.Watermark, g.LastEnd
	}
	if !v.Online {
		return f, nil
	}
	var bad error
	err := e.Online.Scan(ctx, v.TableAt(e.Project, serving), func(c online.Cell) bool {
		h, err := value.ReadRow(c.Row)
		if err != nil {
			bad = errs.Wrap(err, errs.DataLoss, "a stored row of view %q", v.Name)
			return false
		}
		f.Rows++
		f.KeyBytes, f.RowBytes = f.KeyBytes+int64(len(c.Key)), f.RowBytes+int64(len(c.Row))
		if !h.Tombstone {
			f.NewestEvent = max(f.NewestEvent, h.Version.Event)
		}
		return true
	})
	if err == nil {
		err = bad
	}
	f.age(now)
	return f, err
}

// age fills the ages at now. A clock that was set back gives ages of 0, never less.
func (f *Freshness) age(now eventtime.Instant) {
	if f.NewestEvent != eventtime.None {
		f.ValueAge = max(0, now.Sub(f.NewestEvent))
	}
	if f.LastRun != eventtime.None {
		f.SinceRun = max(0, now.Sub(f.LastRun))
		f.Late = f.Schedule > 0 && f.SinceRun > lateAfter*f.Schedule
	}
}
