package registrytest

import (
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/registry"
)

func testEmpty(t *testing.T, d registry.Driver) {
	wantState(t, read(t, d, "p", registry.Newest), 0)
	wantState(t, read(t, d, "p", 0), 0)
	head, err := d.Head(t.Context(), "p")
	if err != nil || head != 0 {
		t.Fatalf("head of an empty project: got %d, %v, want 0", head, err)
	}
	history, err := d.History(t.Context(), "p", 0)
	if err != nil || len(history) != 0 {
		t.Fatalf("history of an empty project: got %v, %v", history, err)
	}
	projects, err := d.Projects(t.Context())
	if err != nil || len(projects) != 0 {
		t.Fatalf("projects: got %v, %v, want none", projects, err)
	}
}

func testCommit(t *testing.T, d registry.Driver) {
	a, b := object("A", "x", "1"), object("A", "y", "2")
	commit(t, d, 0, change("p", a))
	commit(t, d, 1, change("p", b))
	wantState(t, read(t, d, "p", registry.Newest), 2, a, b)
	head, err := d.Head(t.Context(), "p")
	if err != nil || head != 2 {
		t.Fatalf("head: got %d, %v, want 2", head, err)
	}
}

func testReplace(t *testing.T, d registry.Driver) {
	old, renewed, other := object("A", "x", "old"), object("A", "x", "new"), object("B", "x", "other kind")
	commit(t, d, 0, change("p", old, other))
	c := change("p", renewed)
	c.Delete = []registry.Object{{Kind: "B", Name: "x"}}
	commit(t, d, 1, c)
	wantState(t, read(t, d, "p", registry.Newest), 2, renewed)
	commit(t, d, 2, change("p", other)) // a deleted object may come back
	wantState(t, read(t, d, "p", registry.Newest), 3, renewed, other)
}

func testAborted(t *testing.T, d registry.Driver) {
	c := change("p", object("A", "x", "1"))
	c.Author, c.Time = "bea", base.Add(eventtime.Minute)
	commit(t, d, 0, c)
	for _, expected := range []registry.Revision{0, 2, 7} {
		_, err := d.Commit(t.Context(), expected, change("p", object("A", "x", "2")))
		wantCode(t, d, err, errs.Aborted)
		for _, part := range []string{"bea", base.Add(eventtime.Minute).String(), "revision 1"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("commit on %d: %q does not tell %q", expected, err, part)
			}
		}
	}
	wantState(t, read(t, d, "p", registry.Newest), 1, object("A", "x", "1"))
	_, err := d.Commit(t.Context(), 3, change("q", object("A", "x", "2")))
	wantCode(t, d, err, errs.Aborted)
}

func testBadChange(t *testing.T, d registry.Driver) {
	good := object("A", "x", "1")
	with := func(f func(*registry.Change)) registry.Change {
		c := change("p", good)
		f(&c)
		return c
	}
	for name, c := range map[string]registry.Change{
		"no project":           with(func(c *registry.Change) { c.Project = "" }),
		"a long project":       with(func(c *registry.Change) { c.Project = strings.Repeat("x", 300) }),
		"nothing to do":        change("p"),
		"no kind":              change("p", registry.Object{Name: "x", Body: good.Body}),
		"no name":              change("p", registry.Object{Kind: "A", Body: good.Body}),
		"a name with zero":     change("p", registry.Object{Kind: "A", Name: "a\x00b", Body: good.Body}),
		"a name that is bytes": change("p", registry.Object{Kind: "A", Name: "a\xff", Body: good.Body}),
		"a body that is not JSON": change("p", good, registry.Object{Kind: "A", Name: "y",
			Body: []byte("{")}),
		"no body":              change("p", registry.Object{Kind: "A", Name: "y"}),
		"an object twice":      change("p", good, good),
		"put and delete":       with(func(c *registry.Change) { c.Delete = []registry.Object{{Kind: "A", Name: "x"}} }),
		"no time":              with(func(c *registry.Change) { c.Time = eventtime.None }),
		"a very long message":  with(func(c *registry.Change) { c.Message = strings.Repeat("x", 5000) }),
		"a message of garbage": with(func(c *registry.Change) { c.Message = "\xff" }),
	} {
		if _, err := d.Commit(t.Context(), 0, c); d.Code(err) != errs.InvalidArgument {
			t.Errorf("%s: got %v, want InvalidArgument", name, err)
		}
	}
	wantState(t, read(t, d, "p", registry.Newest), 0)
}

func testDeleteMissing(t *testing.T, d registry.Driver) {
	commit(t, d, 0, change("p", object("A", "x", "1")))
	c := change("p", object("A", "z", "1"))
	c.Delete = []registry.Object{{Kind: "A", Name: "y"}}
	_, err := d.Commit(t.Context(), 1, c)
	wantCode(t, d, err, errs.NotFound)
	wantState(t, read(t, d, "p", registry.Newest), 1, object("A", "x", "1"))
}

func testBigBody(t *testing.T, d registry.Driver) {
	big := object("A", "big", strings.Repeat("é", 1<<19)) // 1 MiB
	commit(t, d, 0, change("p", big, object("A", "<&>", "\u2028 'quoted' \"twice\"")))
	wantState(t, read(t, d, "p", 1), 1, big, object("A", "<&>", "\u2028 'quoted' \"twice\""))
}

func testRetention(t *testing.T, d registry.Driver) {
	o := object("A", "x", "1")
	c := change("p", registry.Object{Kind: o.Kind, Name: o.Name, Body: slices.Clone(o.Body)})
	commit(t, d, 0, c)
	clear(c.Put[0].Body)
	got := read(t, d, "p", 1)
	wantState(t, got, 1, o)
	clear(got.Objects[0].Body)
	wantState(t, read(t, d, "p", 1), 1, o)
}
