package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/truepoint/truepoint/internal/datatest"
)

// truepoint returns the program under test as a command in dir.
func truepoint(dir string, args ...string) *exec.Cmd {
	c := exec.Command("truepoint", args...)
	c.Dir = dir
	c.Env = append(os.Environ(), testNow+"=2026-03-12T10:00:00Z")
	return c
}

func TestBadInput_07_a_closed_pipe_ends_the_program_silently(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if out, err := truepoint(dir, "init", "repo", "-t", "minimal").CombinedOutput(); err != nil {
		t.Fatalf("init: %v: %s", err, out)
	}
	dir = filepath.Join(dir, "repo")
	if out, err := truepoint(dir, "apply").CombinedOutput(); err != nil {
		t.Fatalf("apply: %v: %s", err, out)
	}
	for _, args := range [][]string{{"schema"}, {"--help"}, {"registry-dump"}, {"preview", "driver_hourly_stats", "-o", "json"}} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		before, err := datatest.NewRepository(dir)
		if err != nil {
			t.Fatal(err)
		}
		reader.Close() // as after | head -1
		var stderr bytes.Buffer
		c := truepoint(dir, args...)
		c.Stdout, c.Stderr = writer, &stderr
		err = c.Run()
		writer.Close()
		status, ok := c.ProcessState.Sys().(syscall.WaitStatus)
		quiet := err == nil || ok && status.Signaled() && status.Signal() == syscall.SIGPIPE
		if !quiet || stderr.Len() > 0 {
			t.Errorf("%v into a closed pipe: %v, stderr %q", args, err, &stderr)
		}
		if changes, err := before.Changes(t.Context()); err != nil || len(changes) > 0 {
			t.Errorf("%v into a closed pipe changed %v (%v)", args, changes, err)
		}
	}
}
