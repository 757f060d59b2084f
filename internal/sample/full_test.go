//go:build linux

package sample_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/sample"
	"github.com/truepoint/truepoint/internal/selftest"
)

// TestMain makes repositories on file systems that are too small, in a process of its own.
func TestMain(m *testing.M) {
	selftest.Do(func(dir string) error {
		fmt.Print(fillUp(dir))
		return nil
	})
	os.Exit(m.Run())
}

// fillUp makes a repository on file systems of more and more files until that succeeds, so that it fails once at each
// file and directory; then on file systems of more and more pages. It returns what was wrong, or "ok" and how many
// failures each kind of limit brought.
func fillUp(dir string) string {
	failures := [2]int{}
	for kind, limit := range []string{"nr_inodes=%d", "size=%dk"} {
		for n := 1; ; n++ {
			amount := n + 2 // the root, and the user's own file
			if strings.HasPrefix(limit, "size") {
				amount = 4 * (n + 1)
			}
			failed, err := tryOn(dir, fmt.Sprintf(limit, amount))
			if err != nil {
				return err.Error()
			}
			if !failed {
				break
			}
			failures[kind]++
		}
	}
	return fmt.Sprintf("ok %d %d", failures[0], failures[1])
}

// tryOn makes a repository in a new directory and, if that fails, in an existing one, on an own file system. It reports
// whether the first failed. The error says what remained of a failure.
func tryOn(dir, limit string) (failed bool, err error) {
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, limit); err != nil {
		return false, fmt.Errorf("skip: %w", err)
	}
	defer func() { err = errors.Join(err, unix.Unmount(dir, 0)) }()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o600); err != nil {
		return false, err
	}
	for _, name := range []string{"new/repo", "."} {
		err := sample.Init(context.Background(), filepath.Join(dir, name), small())
		if err == nil {
			return false, nil
		}
		if errs.CodeOf(err) != errs.ResourceExhausted || !strings.Contains(err.Error(), dir) {
			return true, fmt.Errorf("%s: got %w, want resource_exhausted and the path", limit, err)
		}
		left, rerr := os.ReadDir(dir)
		if rerr != nil || len(left) != 1 {
			return true, fmt.Errorf("%s: %v remain after %w", limit, left, err)
		}
	}
	return true, nil
}

func TestAFullDiskLeavesNothing(t *testing.T) {
	t.Parallel()
	cmd := selftest.Command(t, t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}}
	b, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		t.Fatalf("%v: %s", err, b)
	} else if err != nil {
		t.Skipf("no file system of one's own here: %v", err)
	}
	if why, ok := strings.CutPrefix(string(b), "skip: "); ok {
		t.Skip(why)
	}
	var files, pages int
	if _, err := fmt.Sscanf(string(b), "ok %d %d", &files, &pages); err != nil || files < 3 || pages < 2 {
		t.Errorf("got %q, want ok, and at least 3 failures by files and 2 by pages", b)
	}
}
