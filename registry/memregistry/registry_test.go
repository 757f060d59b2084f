package memregistry_test

import (
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/memregistry"
	"github.com/truepoint/truepoint/registry/registrytest"
)

func TestConformance(t *testing.T) {
	registrytest.Run(t, func(*testing.T) registry.Driver { return memregistry.New() })
}

func TestClosedRegistryRefusesCalls(t *testing.T) {
	t.Parallel()
	r := memregistry.New()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Head(t.Context(), "p"); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Fatalf("got %v, want FailedPrecondition", err)
	}
}
