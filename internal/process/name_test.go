//go:build linux

package process_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/internal/process"
)

func TestThisProcessIsAlive(t *testing.T) {
	t.Parallel()
	name := process.Name()
	if process.Dead(name) {
		t.Errorf("%s is called dead", name)
	}
	if short, _, _ := strings.Cut(name, "/"); !strings.HasSuffix(short, fmt.Sprint(":", os.Getpid())) {
		t.Errorf("%s does not tell the process id %d", name, os.Getpid())
	}
}

func TestKilledProcessIsDead(t *testing.T) {
	t.Parallel()
	c := exec.Command("sleep", "60")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	name := nameOf(t, c.Process.Pid)
	if process.Dead(name) {
		t.Errorf("the running %s is called dead", name)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	if !process.Dead(name) {
		t.Errorf("the killed %s is called alive", name)
	}
}

// nameOf returns the name that a child gives itself, from this process's own and the child's start time.
func nameOf(t *testing.T, pid int) string {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	short, mark, _ := strings.Cut(process.Name(), "/")
	return fmt.Sprintf("%s:%d/%s.%s", short[:strings.LastIndexByte(short, ':')], pid, mark[:strings.LastIndexByte(mark, '.')], strings.Fields(rest)[19])
}

func TestReusedProcessIDIsDead(t *testing.T) {
	t.Parallel()
	if name := process.Name() + "9"; !process.Dead(name) {
		t.Errorf("%s started at another time and is called alive", name)
	}
}

func TestStrangersAreNotJudged(t *testing.T) {
	t.Parallel()
	short, mark, _ := strings.Cut(process.Name(), "/")
	for what, name := range map[string]string{
		"nobody":            "",
		"an old form":       "unknown",
		"no mark":           "root@elsewhere:1",
		"another host":      "root@elsewhere:999999999/" + mark,
		"another boot":      short + "/0" + mark,
		"another namespace": short + "/" + strings.Replace(mark, ".", ".0", 1),
		"no number":         strings.TrimRight(short, "0123456789") + "x/" + mark,
	} {
		if process.Dead(name) {
			t.Errorf("%s: %q is called dead", what, name)
		}
	}
}
