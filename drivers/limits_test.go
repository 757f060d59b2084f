//go:build linux

package drivers_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/selftest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// TestMain fills a store of a small file system in a process of its own. Its job is KIND MODE DIR; the kind is an online
// store or registry, the mode full, readonly or descriptors.
func TestMain(m *testing.M) {
	selftest.Do(func(text string) error {
		job := strings.Fields(text)
		if err := limit(job[1], job[2]); err != nil {
			fmt.Println("skip:", err)
			return nil
		}
		err := fill(job[0], job[1], job[2])
		fmt.Printf("%s: %v\n", errs.CodeOf(err), err)
		return nil
	})
	os.Exit(m.Run())
}

// limit puts a file system of 4 MiB at dir, or bounds the open files of this process.
func limit(mode, dir string) error {
	if mode == "descriptors" {
		return unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 16, Max: 16})
	}
	return unix.Mount("tmpfs", dir, "tmpfs", 0, "size=4m")
}

// fill opens the stores in dir and writes to the one of the given kind until that fails, or was done 50 times. What was
// acknowledged must be readable still.
func fill(kind, mode, dir string) error {
	ctx := context.Background()
	c := at(dir)
	if kind == "sqlite" {
		c.Online.Type = kind
	}
	opt, err := drivers.Open(ctx, c, clock)
	if err == nil && mode == "readonly" {
		_, err = opt.Online.Tables(ctx)
		if err = errs.Join(err, opt.Online.Close(), opt.Registry.Close(), opt.State.Close()); err != nil {
			return err
		}
		if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
			return err
		}
		opt, err = drivers.Open(ctx, c, clock)
	}
	if err != nil {
		return err
	}
	if kind == "registry" {
		return fillRegistry(ctx, opt.Registry)
	}
	return fillOnline(ctx, opt.Online)
}

func fillRegistry(ctx context.Context, reg registry.Driver) error {
	body := []byte(`"` + strings.Repeat("x", 200_000) + `"`)
	for n := range registry.Revision(50) {
		change := registry.Change{Project: "p", Put: []registry.Object{{Kind: "E", Name: fmt.Sprint(n), Body: body}}}
		if _, err := reg.Commit(ctx, n, change); err != nil {
			if s, rerr := reg.Read(ctx, "p", registry.Newest); rerr != nil || s.Revision != n {
				return fmt.Errorf("acknowledged revision %d is gone: %d, %v", n, s.Revision, rerr)
			}
			return errs.Wrap(err, reg.Code(err), "commit")
		}
	}
	return nil
}

func fillOnline(ctx context.Context, d online.Driver) error {
	s := &value.Schema{ID: 1, Fields: []value.Field{{Name: "f", Type: value.Scalar(value.String)}}}
	row, err := value.AppendRow(nil, s, value.Version{Event: 1}, []value.Value{value.OfString(strings.Repeat("x", 200_000))})
	if err != nil {
		return err
	}
	for n := range int64(50) {
		k, err := value.AppendKey(nil, []value.Value{value.OfInt64(n)})
		if err != nil {
			return err
		}
		if _, err := d.PutBatch(ctx, "p/v/1", []online.Cell{{Key: k, Row: row}}); err != nil {
			seen := int64(0)
			if n == 0 {
				return errs.Wrap(err, d.Code(err), "put")
			}
			if serr := d.Scan(ctx, "p/v/1", func(online.Cell) bool { seen++; return true }); serr != nil || seen < n {
				return fmt.Errorf("of %d acknowledged rows %d are there: %v", n, seen, serr)
			}
			return errs.Wrap(err, d.Code(err), "put")
		}
	}
	return nil
}

func TestBadInput_102_full_and_read_only_disks_and_too_few_descriptors(t *testing.T) {
	t.Parallel()
	want := map[string]string{"full": "resource_exhausted:", "readonly": "permission_denied:", "descriptors": "unavailable:"}
	for _, kind := range []string{"embedded", "sqlite", "registry"} {
		for _, mode := range []string{"full", "readonly", "descriptors"} {
			t.Run(kind+"/"+mode, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				cmd := selftest.Command(t, strings.Join([]string{kind, mode, dir}, " "))
				if mode != "descriptors" {
					cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
						UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}}
				}
				b, err := cmd.CombinedOutput()
				if exit := new(exec.ExitError); errors.As(err, &exit) {
					t.Fatalf("%v: %s", err, b)
				} else if err != nil {
					t.Skipf("no file system of one's own here: %v", err)
				}
				out := string(b)
				if why, ok := strings.CutPrefix(out, "skip: "); ok {
					t.Skip(why)
				}
				enough := mode == "descriptors" && strings.HasPrefix(out, "ok:")
				if !enough && (!strings.HasPrefix(out, want[mode]) && !strings.HasPrefix(out, "unavailable:") || !strings.Contains(out, dir)) {
					t.Errorf("got %s\nwant %s or unavailable, and the path", out, want[mode])
				}
			})
		}
	}
}
