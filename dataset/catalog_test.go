package dataset_test

import (
	"testing"

	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/state/memstate"
)

func TestCatalogKeepsSetsByProjectAndName(t *testing.T) {
	t.Parallel()
	db := memstate.New()
	c, other := dataset.NewCatalog(db, "shop"), dataset.NewCatalog(db, "shop2")
	m := sample()
	if err := c.Add(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := c.Add(t.Context(), m); errs.CodeOf(err) != errs.AlreadyExists {
		t.Errorf("a second set of the name: %v", err)
	}
	if err := c.Free(t.Context(), m.Name); errs.CodeOf(err) != errs.AlreadyExists {
		t.Errorf("the name is taken: %v", err)
	}
	m.Rows = 5
	if err := c.Replace(t.Context(), m); err != nil {
		t.Error(err)
	}
	if got, err := c.Get(t.Context(), m.Name); err != nil || got.Rows != 5 {
		t.Errorf("got %+v, %v", got, err)
	}
	if all, err := other.List(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("another project has %d sets, %v", len(all), err)
	}
	if all, err := c.List(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("the project has %d sets, %v", len(all), err)
	}
	if _, err := c.Delete(t.Context(), m.Name); err != nil {
		t.Error(err)
	}
	if _, err := c.Delete(t.Context(), m.Name); errs.CodeOf(err) != errs.NotFound {
		t.Errorf("deleted twice: %v", err)
	}
	if err := c.Free(t.Context(), m.Name); err != nil {
		t.Errorf("the name is free again: %v", err)
	}
}

func TestCatalogRefusesNamesThatAreNone(t *testing.T) {
	t.Parallel()
	c := dataset.NewCatalog(memstate.New(), "shop")
	for _, name := range []string{"", "A", "a/b", "../x", "a b", "1a"} {
		if err := c.Free(t.Context(), name); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestCatalogSuggestsANearName(t *testing.T) {
	t.Parallel()
	c := dataset.NewCatalog(memstate.New(), "shop")
	if err := c.Add(t.Context(), sample()); err != nil {
		t.Fatal(err)
	}
	_, err := c.Get(t.Context(), "fraud_marhc")
	var e *errs.Error
	if all := errs.All(err); len(all) > 0 {
		e = all[0]
	}
	if e == nil || e.Code != errs.NotFound || e.Hint != "did you mean fraud_march?" {
		t.Errorf("got %v", err)
	}
}
