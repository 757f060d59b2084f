package objectstate_test

import (
	"flag"
	"testing"

	"github.com/truepoint/truepoint/internal/objectstore/objecttest"
)

var newFixture = flag.Bool("new-fixture", false, "write testdata/format1 anew; only before format 1 was released")

const fixture = "testdata/format1"

func TestABucketOfFormat1StaysReadable(t *testing.T) {
	t.Parallel()
	if *newFixture {
		p := objecttest.Memory(t)
		d := open(t, p)
		for _, w := range []struct {
			key, value string
			expected   int64
		}{{"views/p/v", "old", 0}, {"views/p/v", "a\x00\xffb", 1}, {"leases/gone", "x", 0}, {"leases/empty", "", 0}} {
			if _, err := d.CompareAndSwap(t.Context(), w.key, w.expected, []byte(w.value)); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Delete(t.Context(), "leases/gone", 1); err != nil {
			t.Fatal(err)
		}
		p.Save(t, fixture)
	}
	p := objecttest.Memory(t)
	p.Fill(t, fixture)
	d := open(t, p)
	records, err := d.List(t.Context(), "")
	if err != nil || len(records) != 2 {
		t.Fatalf("got %+v, %v", records, err)
	}
	if r := records[0]; r.Key != "leases/empty" || len(r.Value) != 0 || r.Version != 1 {
		t.Errorf("got %+v", r)
	}
	if r := records[1]; r.Key != "views/p/v" || string(r.Value) != "a\x00\xffb" || r.Version != 2 {
		t.Errorf("got %+v", r)
	}
	if v, err := d.CompareAndSwap(t.Context(), "leases/gone", 0, []byte("again")); err != nil || v <= 1 {
		t.Errorf("a record that was deleted comes back with version %d, %v", v, err)
	}
}
