package materialize_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/selftest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/runs"
)

// A child materializes a repository and exits with the status of the outcome. Before every batch it appends a byte to the
// file "puts"; at batch childStop it stops itself.
const (
	childStore = "TRUEPOINT_TEST_CHILD_STORE"
	childStop  = "TRUEPOINT_TEST_CHILD_STOP"
	childChunk = 40
	childKeys  = 1000
)

func TestMain(m *testing.M) {
	selftest.Do(child)
	os.Exit(m.Run())
}

func child(dir string) error {
	s, err := openRepository(dir, os.Getenv(childStore), true)
	if err != nil {
		return err
	}
	defer s.Close()
	_, err = s.Materialize(context.Background(), childRequest())
	return err
}

func childRequest() *truepoint.MaterializeRequest {
	return &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: eventtime.Min, End: noon, ChunkRows: childChunk}
}

// openRepository opens the store of a repository that prepare made. Its clock is the file "clock", which tests move.
func openRepository(dir, store string, counted bool) (*truepoint.Store, error) {
	clock := func() eventtime.Instant {
		b, err := os.ReadFile(filepath.Join(dir, "clock"))
		if err != nil {
			panic(err)
		}
		n, _ := strconv.ParseInt(string(b), 10, 64)
		return eventtime.Instant(n)
	}
	opt, err := drivers.Open(context.Background(), &config.Config{
		Dir: dir, Project: "test",
		Registry: config.Registry{Type: "sqlite", Path: filepath.Join(dir, "registry.db")},
		Offline:  config.Store{Type: "file"},
		Online:   config.Store{Type: store, Path: filepath.Join(dir, "online")},
	}, clock)
	if err != nil {
		return nil, err
	}
	if counted {
		opt.Online = &counting{Driver: opt.Online, dir: dir}
	}
	return truepoint.New(opt)
}

type counting struct {
	online.Driver
	dir string
	n   int
}

func (c *counting) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	f, err := os.OpenFile(filepath.Join(c.dir, "puts"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return online.PutResult{}, err
	}
	if _, err := f.WriteString("."); err != nil {
		return online.PutResult{}, err
	}
	f.Close()
	if c.n++; os.Getenv(childStop) == strconv.Itoa(c.n) {
		if err := syscall.Kill(os.Getpid(), syscall.SIGSTOP); err != nil {
			return online.PutResult{}, err
		}
		// The stop may come a moment later: go no further, and so take no lock, before the test wants it.
		for tick := time.NewTicker(time.Millisecond); ; <-tick.C {
			if _, err := os.Stat(filepath.Join(c.dir, "go-on")); err == nil {
				break
			}
		}
	}
	return c.Driver.PutBatch(ctx, table, cells)
}

// start starts a child on a repository.
func start(t *testing.T, dir, store, stop string) *exec.Cmd {
	t.Helper()
	cmd := selftest.Command(t, dir)
	cmd.Env = append(cmd.Env, childStore+"="+store, childStop+"="+stop)
	cmd.Stderr = &strings.Builder{}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

func setClock(t *testing.T, dir string, at eventtime.Instant) {
	t.Helper()
	next := filepath.Join(dir, "clock.next")
	if err := os.WriteFile(next, []byte(strconv.FormatInt(int64(at), 10)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, filepath.Join(dir, "clock")); err != nil {
		t.Fatal(err)
	}
}

func puts(t *testing.T, dir string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "puts"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return len(b)
}

// contents returns every cell of the view's table without the snapshot in its version, and the view's state.
func contents(t *testing.T, dir, store string) (string, *runs.View, []runs.Run) {
	t.Helper()
	s, err := openRepository(dir, store, false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var b strings.Builder
	d := mustOpen(t, dir, store)
	defer d.Close()
	err = d.Scan(t.Context(), "test/v/1", func(c online.Cell) bool {
		fmt.Fprintf(&b, "%x %x %x\n", c.Key, c.Row[:22], c.Row[30:])
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Runs(t.Context(), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	views, err := s.LastRuns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), views["v"], all
}

func mustOpen(t *testing.T, dir, store string) online.Driver {
	t.Helper()
	opt, err := drivers.Open(t.Context(), &config.Config{
		Dir: dir, Project: "test", Registry: config.Registry{Type: "sqlite", Path: filepath.Join(dir, "registry.db")},
		Offline: config.Store{Type: "file"}, Online: config.Store{Type: store, Path: filepath.Join(dir, "online")},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opt.Registry.Close(); opt.State.Close(); opt.Offline.Close() })
	return opt.Online
}
