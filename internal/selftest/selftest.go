// Package selftest has a test program start itself again as a process that does something else: one that is killed, measured
// or limited, or that races with others.
//
//	func TestMain(m *testing.M) {
//		selftest.Do(func(dir string) error { … })
//		os.Exit(m.Run())
//	}
//
//	cmd := selftest.Command(t, dir)
package selftest

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/truepoint/truepoint/errs"
)

// variable holds the job of a process that Command started.
const variable = "TRUEPOINT_TEST_JOB"

// Do does the job that Command gave to this process and ends it: with status 0, or with the error on standard error and the
// status of its code. In any other process it returns at once.
func Do(job func(text string) error) {
	text, ok := os.LookupEnv(variable)
	if !ok {
		return
	}
	err := job(text)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(errs.CodeOf(err).Exit())
}

// Command returns a command, not started, that does the job that text describes. The process is killed when t ends.
func Command(t *testing.T, text string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), variable+"="+text)
	return cmd
}
