package postgresregistry_test

import (
	"sync"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/postgresregistry"
	"github.com/truepoint/truepoint/registry/registrytest"
)

func open(t *testing.T, address string) *postgresregistry.Registry {
	t.Helper()
	r, err := postgresregistry.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestConformance(t *testing.T) {
	postgrestest.Address(t)
	registrytest.Run(t, func(t *testing.T) registry.Driver { return open(t, postgrestest.New(t).Address) })
}

func TestDurable(t *testing.T) {
	address := postgrestest.New(t).Address
	registrytest.RunDurable(t, func(t *testing.T) registry.Driver { return open(t, address) })
}

func TestManyOpenersMakeOneSchema(t *testing.T) {
	t.Parallel()
	address := postgrestest.New(t).Address
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, err := postgresregistry.Open(t.Context(), address)
			if err != nil {
				t.Error(err)
				return
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestNewerFormatIsRefused(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t)
	if err := open(t, s.Address).Close(); err != nil {
		t.Fatal(err)
	}
	s.Exec(t, "UPDATE truepoint_format SET format = 2")
	if _, err := postgresregistry.Open(t.Context(), s.Address); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("got %v, want FailedPrecondition", err)
	}
}
