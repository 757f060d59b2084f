package fault

import (
	"context"

	"github.com/truepoint/truepoint/state"
)

// State wraps a state driver. Torn makes its writes fail: a record is never written in part.
func State(d state.Driver, in *Injector) state.Driver { return &stateDriver{Driver: d, in: in} }

type stateDriver struct {
	state.Driver // Code and Close are never disturbed
	in           *Injector
	records      memory[state.Record]
	lists        memory[[]state.Record]
}

func (d *stateDriver) Get(ctx context.Context, key string) (state.Record, error) {
	return ask(ctx, d.in, &d.records, question{"Get", key}, func() (state.Record, error) { return d.Driver.Get(ctx, key) })
}

func (d *stateDriver) CompareAndSwap(ctx context.Context, key string, expected int64, value []byte) (version int64, err error) {
	err = d.in.around(ctx, "CompareAndSwap", call{do: func() (err error) {
		version, err = d.Driver.CompareAndSwap(ctx, key, expected, value)
		return err
	}})
	if err != nil {
		return 0, err
	}
	return version, nil
}

// SwapAll implements state.Batcher. The driver must have the ability.
func (d *stateDriver) SwapAll(ctx context.Context, swaps []state.Swap) (versions []int64, refused []int, err error) {
	err = d.in.around(ctx, "SwapAll", call{do: func() (err error) {
		versions, refused, err = state.BatcherOf(d.Driver).SwapAll(ctx, swaps)
		return err
	}})
	if err != nil {
		return nil, nil, err
	}
	return versions, refused, nil
}

func (d *stateDriver) Delete(ctx context.Context, key string, expected int64) error {
	return d.in.around(ctx, "Delete", call{do: func() error { return d.Driver.Delete(ctx, key, expected) }})
}

func (d *stateDriver) List(ctx context.Context, prefix string) ([]state.Record, error) {
	return ask(ctx, d.in, &d.lists, question{"List", prefix}, func() ([]state.Record, error) { return d.Driver.List(ctx, prefix) })
}
