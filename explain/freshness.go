package explain

import (
	"context"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/runs"
)

// lateAfter is how many periods of its schedule may pass since a view's last run before it counts as late.
const lateAfter = 2

// Fresh returns the ages of views, of all when none is named, in order of name. It reads what runs and pushes have
// recorded, and no row.
func Fresh(ctx context.Context, env *Env, views ...string) ([]Freshness, error) {
	chosen, states, err := env.chosen(ctx, views)
	if err != nil {
		return nil, err
	}
	now := env.Clock()
	out := make([]Freshness, len(chosen))
	for i, v := range chosen {
		if out[i], err = fresh(v, states[v.Name], now); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// chosen returns the views of these names, all when there is none, and the state records of all views.
func (e *Env) chosen(ctx context.Context, names []string) ([]*feature.View, map[string]*runs.View, error) {
	chosen := e.Set.Views
	if len(names) > 0 {
		chosen = nil
		for _, name := range names {
			v, err := e.Set.DataView(name)
			if err != nil {
				return nil, nil, err
			}
			chosen = append(chosen, v)
		}
	}
	states, err := e.Ledger.Views(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, v := range chosen {
		if states[v.Name] == nil {
			states[v.Name] = &runs.View{}
		}
	}
	return chosen, states, nil
}

func fresh(v *feature.View, state *runs.View, now eventtime.Instant) (Freshness, error) {
	f := Freshness{View: v.Name, Online: v.Online, NewestEvent: eventtime.None, LastRun: eventtime.None, Watermark: eventtime.None}
	if v.Schedule != "" {
		s, err := feature.ParseSchedule(v.Schedule)
		if err != nil {
			return f, err
		}
		f.Schedule = s.Period()
	}
	if serving := state.Serving(v); state.Known(serving) {
		g := state.Generation(serving)
		f.Watermark, f.LastRun = g.Watermark, g.LastEnd
		if v.Online {
			f.NewestEvent = g.Newest
		}
	}
	f.age(now)
	return f, nil
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
