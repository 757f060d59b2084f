package objectregistry_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/internal/objectstore/objecttest"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/objectregistry"
	"github.com/truepoint/truepoint/registry/registrytest"
)

const place = "feast/registry.db.truepoint"

func open(t *testing.T, p *objecttest.Place) *objectregistry.Registry {
	t.Helper()
	return objectregistry.New(p.Store(t, place))
}

func TestConformance(t *testing.T) {
	objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
		registrytest.Run(t, func(t *testing.T) registry.Driver { return open(t, fresh(t)) })
	})
}

func TestDurable(t *testing.T) {
	objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
		p := fresh(t)
		registrytest.RunDurable(t, func(t *testing.T) registry.Driver { return open(t, p) })
	})
}

func change(body string) registry.Change {
	return registry.Change{Project: "p", Author: "a", Time: 1773273600 * 1e6, Put: []registry.Object{{Kind: "A", Name: "x", Body: json.RawMessage(body)}}}
}

func commit(t *testing.T, r *objectregistry.Registry, expected registry.Revision) {
	t.Helper()
	if _, err := r.Commit(t.Context(), expected, change(`1`)); err != nil {
		t.Fatal(err)
	}
}

// TestTheHeadIsFoundWhateverTheHintSays takes the hint away, sets it back and lets it lie, as a process does that dies
// after a commit, and asks a process that knows nothing yet.
func TestTheHeadIsFoundWhateverTheHintSays(t *testing.T) {
	t.Parallel()
	p := objecttest.Memory(t)
	r := open(t, p)
	for n := range registry.Revision(37) {
		commit(t, r, n)
		if n%5 != 0 {
			continue
		}
		for _, hint := range []string{"", "1", "3", "999", "x", "-4"} {
			store, key := p.Store(t, place+"/registry/p/head")
			err := store.Put(t.Context(), key, []byte(hint), objectstore.Always())
			if hint == "" {
				err = store.Delete(t.Context(), key)
			}
			if err != nil {
				t.Fatal(err)
			}
			if head, err := open(t, p).Head(t.Context(), "p"); err != nil || head != n+1 {
				t.Fatalf("hint %q: got head %d, %v, want %d", hint, head, err, n+1)
			}
		}
	}
	store, _ := p.Store(t, "")
	before := store.Requests()
	if _, err := r.Head(t.Context(), "p"); err != nil || store.Requests()-before != 1 {
		t.Errorf("a poll took %d requests, %v, want 1", store.Requests()-before, err)
	}
}

func TestADamagedRevisionIsDataLoss(t *testing.T) {
	t.Parallel()
	p := objecttest.Memory(t)
	r := open(t, p)
	commit(t, r, 0)
	store, key := p.Store(t, place+"/registry/p/000000000001.txt")
	body, _, err := store.Read(t.Context(), key, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"empty": "", "cut": string(body[:len(body)-1]), "changed": strings.Replace(string(body), "\n1\n", "\n2\n", 1),
		"of another project": strings.Replace(string(body), `"project":"p"`, `"project":"q"`, 1),
	} {
		if err := store.Put(t.Context(), key, []byte(bad), objectstore.Always()); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Read(t.Context(), "p", registry.Newest); errs.CodeOf(err) != errs.DataLoss {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := r.Commit(t.Context(), 1, change(`3`)); errs.CodeOf(err) != errs.DataLoss {
			t.Errorf("%s: a commit gives %v", name, err)
		}
	}
	newer := strings.Replace(string(body), `"format":1`, `"format":2`, 1)
	if err := store.Put(t.Context(), key, []byte(newer), objectstore.Always()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(t.Context(), "p", 1); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("a newer format: got %v", err)
	}
}
