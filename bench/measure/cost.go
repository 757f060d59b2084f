// Package measure holds what the programs of bench share: the cost of work in this process and in others, ratios of
// interleaved pairs, and the Markdown row that tells them.
package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A Cost is what work took.
type Cost struct {
	Wall, CPU time.Duration // CPU is user and system time of all threads
	Peak      float64       // greatest resident memory of the whole process, MiB; 0 if unknown
}

// String returns "1.23 s, 2.34 CPU-s, 345 MiB", in milliseconds below a second.
func (c Cost) String() string {
	unit, name, digits := time.Second, "s", 2
	if c.Wall < time.Second {
		unit, name, digits = time.Millisecond, "ms", 1
	}
	in := func(d time.Duration) float64 { return float64(d) / float64(unit) }
	text := fmt.Sprintf("%.*f %s, %.*f CPU-%s", digits, in(c.Wall), name, digits, in(c.CPU), name)
	if c.Peak > 0 {
		text += fmt.Sprintf(", %.0f MiB", c.Peak)
	}
	return text
}

// Of returns what work costs this process.
func Of(work func() error) (Cost, error) {
	before, start := cpu(), time.Now()
	if err := work(); err != nil {
		return Cost{}, err
	}
	c := Cost{Wall: time.Since(start), CPU: cpu() - before}
	peak, err := Memory(os.Getpid(), "VmHWM")
	c.Peak = peak
	return c, err
}

func cpu() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Memory returns a figure of /proc/PID/status, such as VmRSS or VmHWM, in MiB.
func Memory(pid int, name string) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(b), name+":")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil || !found {
		return 0, fmt.Errorf("no %s in /proc/%d/status", name, pid)
	}
	return kib / 1024, nil
}

// Evict puts a file out of the page cache, as after a boot. The kernel maps a program that was just written in pieces of 2 MiB,
// so that its memory would be the size of the file.
func Evict(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return err
	}
	return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
}

const mark = "cost "

// Timed runs the timed part of this process and tells the Self that started it what that cost.
func Timed(work func() error) error {
	c, err := Of(work)
	if err == nil {
		fmt.Printf("%s%d %d %f\n", mark, c.Wall, c.CPU, c.Peak)
	}
	return err
}

// Self runs this program with other arguments in a process of its own and returns what that told by Timed, or else what
// the whole process took.
func Self(ctx context.Context, args ...string) (Cost, error) {
	exe, err := os.Executable()
	if err != nil {
		return Cost{}, err
	}
	return Run(exec.CommandContext(ctx, exe, args...))
}

// Run runs a command and returns what it told by Timed, or else what it took from start to end.
func Run(cmd *exec.Cmd) (Cost, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return Cost{}, fmt.Errorf("%s %v: %w", filepath.Base(cmd.Path), cmd.Args[1:], err)
	}
	c := Cost{Wall: time.Since(start), CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.Peak = float64(u.Maxrss) / 1024
	}
	for line := range strings.Lines(out.String()) {
		if rest, told := strings.CutPrefix(line, mark); told {
			if _, err := fmt.Sscan(rest, &c.Wall, &c.CPU, &c.Peak); err != nil {
				return c, err
			}
			continue
		}
		Note("  %s", strings.TrimSpace(line))
	}
	return c, nil
}

// Profiled runs work, with a CPU profile if file is not empty.
func Profiled(file string, work func() error) error {
	if file == "" {
		return work()
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return work()
}

// CPUOf returns the user and system time that another process and those that it has started and that still run have taken so
// far.
func CPUOf(pid int) (time.Duration, error) {
	const scheduled = 2 // of the clocks of a process, that of what its threads ran
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduled), &t); err != nil {
		return 0, fmt.Errorf("the clock of process %d: %w", pid, err)
	}
	used := time.Duration(t.Nano())
	started, err := children(pid)
	if err != nil {
		return 0, err
	}
	for _, child := range started {
		c, err := CPUOf(child)
		if err != nil && !errors.Is(err, unix.EINVAL) { // it may have ended
			return 0, err
		}
		used += c
	}
	return used, nil
}

// children returns the processes that the threads of a process have started and that still run.
func children(pid int) ([]int, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil, err
	}
	var out []int
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			continue // the thread has ended
		}
		for _, field := range strings.Fields(string(text)) {
			child, err := strconv.Atoi(field)
			if err != nil {
				return nil, err
			}
			out = append(out, child)
		}
	}
	return out, nil
}
