package registrytest

import (
	"reflect"
	"testing"

	"github.com/truepoint/truepoint/registry"
)

// RunDurable tests a driver that keeps what was committed over Close. open opens the registry of a directory that it
// chose for this test, the same one each time.
func RunDurable(t *testing.T, open func(t *testing.T) registry.Driver) {
	t.Parallel()
	d := open(t)
	commit(t, d, 0, change("p", object("A", "x", "1"), object("B", "y", "1")))
	commit(t, d, 1, change("p", object("A", "x", "2")))
	commit(t, d, 0, change("q", object("A", "x", "3")))
	before := everything(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t)
	if got := everything(t, d); !reflect.DeepEqual(got, before) {
		t.Fatalf("after reopening: got %v, want %v", got, before)
	}
	commit(t, d, 2, change("p", object("A", "z", "4")))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func everything(t *testing.T, d registry.Driver) []any {
	t.Helper()
	projects, err := d.Projects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []any
	for _, p := range projects {
		history, err := d.History(t.Context(), p, 0)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, history)
		for i := range len(history) + 1 {
			out = append(out, read(t, d, p, registry.Revision(i)))
		}
	}
	return out
}
