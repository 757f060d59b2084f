package sqliteregistry_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/selftest"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/registrytest"
	"github.com/truepoint/truepoint/registry/sqliteregistry"
)

func TestMain(m *testing.M) {
	selftest.Do(func(job string) error { // a file and an object
		path, name, _ := strings.Cut(job, "\n")
		return addObject(context.Background(), path, name)
	})
	os.Exit(m.Run())
}

// addObject is what an apply does to the file, repeated until nobody else is faster.
func addObject(ctx context.Context, path, name string) error {
	r, err := sqliteregistry.Open(ctx, path)
	if err != nil {
		return err
	}
	for {
		head, err := r.Head(ctx, "p")
		if err != nil {
			return err
		}
		_, err = r.Commit(ctx, head, registry.Change{
			Project: "p", Author: name, Time: 1, Put: []registry.Object{{Kind: "A", Name: name, Body: []byte(`{}`)}},
		})
		if err == nil {
			return r.Close()
		}
		if r.Code(err) != errs.Aborted {
			return err
		}
	}
}

func child(t *testing.T, path, name string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	cmd := selftest.Command(t, path+"\n"+name)
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &out
}

// TestFault_23_sixty_processes_commit_one_line starts 60 processes on a file that does not exist yet, so that creation
// is raced too.
func TestFault_23_sixty_processes_commit_one_line(t *testing.T) {
	t.Parallel()
	const processes = 60
	path := filepath.Join(t.TempDir(), "data", "registry.db")
	var commands []*exec.Cmd
	var outputs []*bytes.Buffer
	for i := range processes {
		cmd, out := child(t, path, fmt.Sprintf("v%04d", i))
		commands, outputs = append(commands, cmd), append(outputs, out)
	}
	for i, cmd := range commands {
		if err := cmd.Wait(); err != nil {
			t.Errorf("process %d: %v: %s", i, err, outputs[i])
		}
	}
	r := open(t, path)
	defer r.Close()
	registrytest.CheckLine(t, r, "p", processes)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

// TestFault_24_killed_commit_is_whole_or_nothing kills a committing process at 30 moments; the registry opens, its
// history is one line, and every object it tells of is there.
func TestFault_24_killed_commit_is_whole_or_nothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "registry.db")
	committed := 0
	for i := range 30 {
		cmd, _ := child(t, path, fmt.Sprintf("v%04d", i))
		kill := time.AfterFunc(time.Duration(i)*2*time.Millisecond, func() { _ = cmd.Process.Kill() }) // may have ended
		_ = cmd.Wait()
		kill.Stop()
		r := open(t, path)
		head, err := r.Head(t.Context(), "p")
		if err != nil {
			t.Fatalf("kill %d: %v", i, err)
		}
		if int(head) != committed && int(head) != committed+1 {
			t.Fatalf("kill %d: revision %d after %d", i, head, committed)
		}
		committed = int(head)
		registrytest.CheckLine(t, r, "p", committed)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d of 30 killed processes had committed", committed)
}

func TestDamagedBodyIsNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "registry.db")
	r := open(t, path)
	defer r.Close()
	for i, name := range []string{"good", "bad"} {
		_, err := r.Commit(t.Context(), registry.Revision(i), registry.Change{
			Project: "p", Put: []registry.Object{{Kind: "A", Name: name, Body: []byte(`{"n": 1}`)}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE truepoint_objects SET body = '{"n": 2}' WHERE name = 'bad'`); err != nil {
		t.Fatal(err)
	}
	_, err = r.Read(t.Context(), "p", registry.Newest)
	if errs.CodeOf(err) != errs.DataLoss || !strings.Contains(err.Error(), "A bad") {
		t.Errorf("got %v, want DataLoss that names A bad", err)
	}
	if s, err := r.Read(t.Context(), "p", 1); err != nil || len(s.Objects) != 1 {
		t.Errorf("a revision without the damaged body: %v, %v", s, err)
	}
	if _, err := r.Verify(t.Context(), "p"); errs.CodeOf(err) != errs.DataLoss || !strings.Contains(err.Error(), "revision 2") {
		t.Errorf("Verify: got %v, want DataLoss at revision 2", err)
	}
}

func TestVerifyReadsTheWholeHistory(t *testing.T) {
	t.Parallel()
	r := open(t, filepath.Join(t.TempDir(), "registry.db"))
	defer r.Close()
	for i := range registry.Revision(5) {
		c := registry.Change{Project: "p", Put: []registry.Object{
			{Kind: "B", Name: "x", Body: fmt.Append(nil, int(i))}, {Kind: "A", Name: fmt.Sprint(i), Body: []byte(`1`)},
		}}
		if i > 0 {
			c.Delete = []registry.Object{{Kind: "A", Name: fmt.Sprint(i - 1)}}
		}
		if _, err := r.Commit(t.Context(), i, c); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := r.Verify(t.Context(), "p"); n != 5 || err != nil {
		t.Errorf("got %d, %v, want 5 good revisions", n, err)
	}
	if n, err := r.Verify(t.Context(), "q"); n != 0 || err != nil {
		t.Errorf("got %d, %v for an empty project", n, err)
	}
}
