package registrytest

import (
	"context"
	"reflect"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/registry"
)

func testOrder(t *testing.T, d registry.Driver) {
	commit(t, d, 0, change("p", object("B", "a", ""), object("A", "b", ""), object("A", "a", ""), object("A", "a_", ""), object("A", "Z", "")))
	commit(t, d, 1, change("p", object("A", "a", "again")))
	for _, at := range []registry.Revision{1, 2} {
		var got []string
		for _, o := range read(t, d, "p", at).Objects {
			got = append(got, o.ID().String())
		}
		if want := []string{"A Z", "A a", "A a_", "A b", "B a"}; !reflect.DeepEqual(got, want) {
			t.Errorf("revision %d: got %v, want %v", at, got, want)
		}
	}
}

func testImmutable(t *testing.T, d registry.Driver) {
	var want []registry.State
	for i := range registry.Revision(20) {
		c := change("p", object("A", numbered(int(i)%5), numbered(int(i))))
		if i > 5 && i%3 == 0 {
			c.Delete = []registry.Object{{Kind: "A", Name: numbered(int(i+1) % 5)}}
		}
		if i > 5 && i%3 == 1 { // what the commit before deleted
			c.Put = append(c.Put, object("B", numbered(int(i)), ""))
		}
		commit(t, d, i, c)
		want = append(want, read(t, d, "p", registry.Newest))
	}
	for i, w := range want {
		if got := read(t, d, "p", registry.Revision(i+1)); !reflect.DeepEqual(got, w) {
			t.Errorf("revision %d is now %v, it was %v", i+1, texts(got), texts(w))
		}
	}
	wantState(t, read(t, d, "p", 0), 0)
}

func testUnknownRevision(t *testing.T, d registry.Driver) {
	commit(t, d, 0, change("p", object("A", "x", "1")))
	for _, at := range []registry.Revision{2, 1 << 40, -2} {
		_, err := d.Read(t.Context(), "p", at)
		wantCode(t, d, err, errs.NotFound)
	}
	_, err := d.Read(t.Context(), "q", 1)
	wantCode(t, d, err, errs.NotFound)
}

func testHistory(t *testing.T, d registry.Driver) {
	commit(t, d, 0, change("p", object("B", "y", "1"), object("A", "x", "1")))
	second := registry.Change{
		Project: "p", Author: "bea", Message: "réplace 'x'", Time: base.Add(-eventtime.Hour),
		Put: []registry.Object{object("A", "x", "2"), object("A", "w", "1")}, Delete: []registry.Object{{Kind: "B", Name: "y"}},
	}
	commit(t, d, 1, second)
	commit(t, d, 0, change("q", object("A", "x", "1")))
	want := []registry.Entry{
		{Revision: 2, Time: second.Time, Author: "bea", Message: "réplace 'x'", Changed: []string{"+A w", "~A x", "-B y"}},
		{Revision: 1, Time: base, Author: "ann", Message: "a change", Changed: []string{"+A x", "+B y"}},
	}
	for limit, n := range map[int]int{0: 2, 1: 1, 2: 2, 9: 2} {
		got, err := d.History(t.Context(), "p", limit)
		if err != nil || !reflect.DeepEqual(got, want[:n]) {
			t.Errorf("limit %d: got %v, %v, want %v", limit, got, err, want[:n])
		}
	}
}

func testProjects(t *testing.T, d registry.Driver) {
	commit(t, d, 0, change("q", object("A", "x", "q")))
	commit(t, d, 0, change("p", object("A", "x", "p")))
	commit(t, d, 1, change("p", object("A", "y", "p")))
	wantState(t, read(t, d, "q", registry.Newest), 1, object("A", "x", "q"))
	wantState(t, read(t, d, "p", registry.Newest), 2, object("A", "x", "p"), object("A", "y", "p"))
	got, err := d.Projects(t.Context())
	if want := []string{"p", "q"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("projects: got %v, %v, want %v", got, err, want)
	}
}

func testCancelled(t *testing.T, d registry.Driver) {
	ctx := ended()
	for name, call := range map[string]func(context.Context) error{
		"Commit": func(ctx context.Context) error {
			_, err := d.Commit(ctx, 0, change("p", object("A", "x", "1")))
			return err
		},
		"Read":     func(ctx context.Context) error { _, err := d.Read(ctx, "p", registry.Newest); return err },
		"Head":     func(ctx context.Context) error { _, err := d.Head(ctx, "p"); return err },
		"History":  func(ctx context.Context) error { _, err := d.History(ctx, "p", 0); return err },
		"Projects": func(ctx context.Context) error { _, err := d.Projects(ctx); return err },
	} {
		if err := call(ctx); d.Code(err) != errs.Canceled {
			t.Errorf("%s: got %v, want Canceled", name, err)
		}
	}
	wantState(t, read(t, d, "p", registry.Newest), 0)
}
