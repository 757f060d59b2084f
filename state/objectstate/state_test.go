package objectstate_test

import (
	"bytes"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/internal/objectstore/objecttest"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/state/objectstate"
	"github.com/truepoint/truepoint/state/statetest"
)

func open(t *testing.T, p *objecttest.Place) state.Driver {
	t.Helper()
	return objectstate.New(p.Store(t, "feast/registry.db"))
}

func TestConformance(t *testing.T) {
	objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
		statetest.Run(t, func(t *testing.T) state.Driver { return open(t, fresh(t)) })
	})
}

func TestDurable(t *testing.T) {
	objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
		p := fresh(t)
		statetest.RunDurable(t, func(t *testing.T) state.Driver { return open(t, p) })
	})
}

func TestADamagedRecordIsDataLossAndANewerOneIsLeftAlone(t *testing.T) {
	t.Parallel()
	p := objecttest.Memory(t)
	d := open(t, p)
	if _, err := d.CompareAndSwap(t.Context(), "k", 0, []byte("value")); err != nil {
		t.Fatal(err)
	}
	store, object := p.Store(t, "feast/registry.db/state/k")
	body, _, err := store.Read(t.Context(), object, 1<<10)
	if err != nil {
		t.Fatal(err)
	}
	put := func(b []byte) {
		if err := store.Put(t.Context(), object, b, objectstore.Always()); err != nil {
			t.Fatal(err)
		}
	}
	for at := range body {
		flipped := bytes.Clone(body)
		flipped[at] ^= 1 << (at % 8)
		put(flipped)
		want := errs.DataLoss
		if at == 3 {
			want = errs.FailedPrecondition
		}
		if _, err := d.Get(t.Context(), "k"); errs.CodeOf(err) != want {
			t.Fatalf("byte %d: got %v, want %v", at, err, want)
		}
		if _, err := d.CompareAndSwap(t.Context(), "k", 1, nil); errs.CodeOf(err) != want {
			t.Fatalf("byte %d: swap gives %v, want %v", at, err, want)
		}
	}
	for size := range body {
		put(body[:size])
		if _, err := d.Get(t.Context(), "k"); errs.CodeOf(err) != errs.DataLoss {
			t.Fatalf("%d bytes: got %v", size, err)
		}
	}
}
