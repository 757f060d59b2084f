package embeddedonline_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online/embeddedonline"
)

// write makes a file with its directories.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	const magic = "truepoint embedded online store\nformat "
	for name, tt := range map[string]struct {
		file, text, id string
	}{
		"a directory with files of others": {"dir/notes.txt", "mine", embeddedonline.IDNotOurs},
		"a directory of another database":  {"dir/CURRENT", "MANIFEST-000001", embeddedonline.IDNotOurs},
		"another FORMAT file":              {"dir/FORMAT", "something else", embeddedonline.IDNotOurs},
		"an empty FORMAT file":             {"dir/FORMAT", "", embeddedonline.IDNotOurs},
		"a format without a number":        {"dir/FORMAT", magic + "one\n", embeddedonline.IDNotOurs},
		"format zero":                      {"dir/FORMAT", magic + "0\n", embeddedonline.IDNotOurs},
		"a newer format":                   {"dir/FORMAT", magic + "2\n", "T0602"},
		"a file":                           {"dir", "SQLite format 3\x00", embeddedonline.IDNotOurs},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			write(t, filepath.Join(root, tt.file), tt.text)
			_, err := embeddedonline.Open(context.Background(), filepath.Join(root, "dir"), nil)
			if errs.CodeOf(err) != errs.FailedPrecondition {
				t.Fatalf("got %v, want failed_precondition", err)
			}
			if all := errs.All(err); all[0].ID != tt.id || all[0].Hint == "" {
				t.Errorf("got id %q, hint %q; want id %q and a hint", all[0].ID, all[0].Hint, tt.id)
			}
			if ours, err := embeddedonline.Ours(filepath.Join(root, "dir")); ours || (err == nil) != (tt.id == embeddedonline.IDNotOurs) {
				t.Errorf("Ours: got %t, %v", ours, err)
			}
			var left []string
			filepath.Walk(root, func(path string, i os.FileInfo, err error) error {
				if err == nil && !i.IsDir() {
					left = append(left, path)
				}
				return err
			})
			if b, err := os.ReadFile(filepath.Join(root, tt.file)); len(left) != 1 || err != nil || string(b) != tt.text {
				t.Errorf("Open changed the directory: files %q, content %q, %v", left, b, err)
			}
		})
	}
}

func TestOpenGoesOnWhereAnEarlierOpenWasKilled(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "online")
	write(t, filepath.Join(dir, "LOCK"), "pid 1\nsocket run/owner.sock\n")
	write(t, filepath.Join(dir, "FORMAT.new"), "truep")
	if err := os.Mkdir(filepath.Join(dir, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "run", "owner.sock"), "stale")
	s := open(t, dir, nil)
	put(t, s, 0, 10, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s = open(t, dir, nil); count(t, s) != 10 {
		t.Errorf("got %d cells, want 10", count(t, s))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestManyOpensOfOneNewDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b", "online")
	stores := make([]*embeddedonline.Store, 8)
	var wg sync.WaitGroup
	for i := range stores {
		wg.Go(func() {
			s, err := embeddedonline.Open(context.Background(), dir, nil)
			if err != nil {
				t.Errorf("Open %d: %v", i, err)
				return
			}
			if _, err := s.PutBatch(context.Background(), "p/v/1", cells(int64(i)*10, 10, 1)); err != nil {
				t.Errorf("PutBatch %d: %v", i, err)
			}
			stores[i] = s
		})
	}
	wg.Wait()
	owners := 0
	for _, s := range stores {
		if s != nil && s.Owner() {
			owners++
		}
	}
	if owners != 1 {
		t.Errorf("%d owners, want 1", owners)
	}
	for i, s := range stores {
		if s == nil {
			continue
		}
		if got := count(t, s); got != 80 {
			t.Errorf("store %d sees %d cells, want 80", i, got)
		}
		if err := s.Close(); err != nil {
			t.Errorf("Close %d: %v", i, err)
		}
	}
}

// impostor holds the lock of a new directory, as an owner of another kind would, and answers greetings with reply.
func impostor(t *testing.T, reply string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "online")
	s := open(t, dir, nil) // the lock
	t.Cleanup(func() { s.Close() })
	socket := filepath.Join(t.TempDir(), "sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			var got [8]byte
			io.ReadFull(c, got[:])
			io.WriteString(c, reply)
			c.Close()
		}
	})
	t.Cleanup(func() { l.Close(); serving.Wait() })
	if err := os.WriteFile(filepath.Join(dir, "LOCK"), fmt.Appendf(nil, "pid %d\nsocket %s\n", os.Getpid(), socket), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOpenRefusesAnOwnerOfAnotherProtocol(t *testing.T) {
	t.Parallel()
	_, err := embeddedonline.Open(context.Background(), impostor(t, "tpowner\x07"), nil)
	if errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(err.Error(), "version 7") {
		t.Errorf("got %v, want failed_precondition naming version 7", err)
	}
}

func TestOpenWaitsForASilentOwnerOnlySoLong(t *testing.T) {
	t.Parallel()
	dir := impostor(t, "")
	_, err := embeddedonline.Open(context.Background(), dir, &embeddedonline.Options{Patience: 50 * time.Millisecond})
	if errs.CodeOf(err) != errs.Unavailable || !strings.Contains(err.Error(), fmt.Sprint("process ", os.Getpid())) {
		t.Errorf("got %v, want unavailable naming the process", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := embeddedonline.Open(ctx, dir, nil); errs.CodeOf(err) != errs.DeadlineExceeded {
		t.Errorf("got %v, want deadline_exceeded", err)
	}
}

func TestCloseFinishesHandedWork(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "online")
	owner := open(t, dir, nil)
	s := open(t, dir, nil)
	defer s.Close()
	acked, stop := writers(t, s, 4)
	defer stop()
	reach(t, acked, 10)
	if err := owner.Close(); err != nil {
		t.Fatal(err)
	}
	reach(t, acked, 10)
	stop()
	wantAcked(t, s, acked)
}

func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "online")
	s := open(t, dir, nil)
	defer s.Close()
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "run"): 0o700, filepath.Join(dir, "run", "owner.sock"): 0o600, filepath.Join(dir, "LOCK"): 0o600} {
		if i, err := os.Stat(path); err != nil || i.Mode().Perm() != want {
			t.Errorf("%s: got mode %v, %v; want %v", path, i.Mode().Perm(), err, want)
		}
	}
}
