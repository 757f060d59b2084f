package registrytest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/registry"
)

// committersCount is the number of concurrent writers that reliability row fault_23 asks for.
const committersCount = 60

func testCommitters(t *testing.T, d registry.Driver) {
	var wg sync.WaitGroup
	for i := range committersCount {
		wg.Go(func() {
			for {
				head, err := d.Head(t.Context(), "p")
				if err != nil {
					t.Errorf("writer %d: %v", i, err)
					return
				}
				_, err = d.Commit(t.Context(), head, change("p", object("A", numbered(i), "")))
				if err == nil {
					return
				}
				if d.Code(err) != errs.Aborted {
					t.Errorf("writer %d: %v", i, err)
					return
				}
			}
		})
	}
	wg.Wait()
	CheckLine(t, d, "p", committersCount)
}

// CheckLine fails the test unless the project's history is one line of n commits, each of which added one object, and
// all n objects stand: no commit was lost and none was made on something else than the revision before it.
func CheckLine(t *testing.T, d registry.Driver, project string, n int) {
	t.Helper()
	history, err := d.History(t.Context(), project, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(history) != n {
		t.Fatalf("history has %d entries, want %d", len(history), n)
	}
	for i, e := range history {
		revision := registry.Revision(n - i)
		if e.Revision != revision || len(e.Changed) != 1 || e.Changed[0][0] != '+' {
			t.Fatalf("entry %d is %+v, want revision %d that adds one object", i, e, revision)
		}
		if got := len(read(t, d, project, revision).Objects); got != int(revision) {
			t.Fatalf("revision %d has %d objects, want %d", revision, got, revision)
		}
	}
}

func testReaders(t *testing.T, d registry.Driver) {
	const revisions = 40
	var done atomic.Bool
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			last := registry.Revision(0)
			for !done.Load() {
				s, err := d.Read(t.Context(), "p", registry.Newest)
				if err != nil {
					t.Errorf("read: %v", err)
					return
				}
				if s.Revision < last {
					t.Errorf("revision went back from %d to %d", last, s.Revision)
				}
				last = s.Revision
				want := fmt.Sprint(s.Revision)
				for _, o := range s.Objects {
					if string(o.Body) != want {
						t.Errorf("revision %d holds a body of revision %s", s.Revision, o.Body)
						return
					}
				}
			}
		})
	}
	for i := range registry.Revision(revisions) {
		var put []registry.Object
		for o := range 10 {
			put = append(put, registry.Object{Kind: "A", Name: numbered(o), Body: fmt.Append(nil, int64(i+1))})
		}
		commit(t, d, i, change("p", put...))
	}
	done.Store(true)
	wg.Wait()
}

func testRace(t *testing.T, d registry.Driver) {
	for round := range registry.Revision(10) {
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				_, err := d.Commit(t.Context(), round, change("p", object("A", "x", numbered(i))))
				switch {
				case err == nil:
					won.Add(1)
				case d.Code(err) != errs.Aborted:
					t.Errorf("writer %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("round %d: %d commits on one revision succeeded, want 1", round, won.Load())
		}
	}
}
