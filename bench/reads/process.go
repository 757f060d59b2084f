package reads

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A Yardstick is a running server that is a process of this program, such as one that answers with a constant.
type Yardstick struct {
	Address string
	PID     int
	cmd     *exec.Cmd
}

// StartHello starts this program with -hello SIZE.
func StartHello(ctx context.Context, size int) (*Yardstick, error) {
	return StartSelf(ctx, "-hello", strconv.Itoa(size))
}

// StartSelf starts this program with args on the first core. It must print the address at which it listens.
func StartSelf(ctx context.Context, args ...string) (*Yardstick, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := OnCore(0, cmd.Start); err != nil {
		return nil, err
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(err, cmd.Process.Kill())
	}
	return &Yardstick{strings.TrimSpace(address), cmd.Process.Pid, cmd}, nil
}

// Stop kills it and waits.
func (y *Yardstick) Stop() {
	_ = y.cmd.Process.Kill()
	_ = y.cmd.Wait()
}

// OnCore runs start, which starts a process, so that the process has one core alone.
func OnCore(core int, start func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return err
	}
	one.Set(core)
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return err
	}
	return errors.Join(start(), unix.SchedSetaffinity(0, &before))
}

// Pin keeps all threads of a process on some cores.
func Pin(pid int, cores ...int) error {
	var some unix.CPUSet
	for _, c := range cores {
		some.Set(c)
	}
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(id, &some); err != nil {
			return err
		}
	}
	return nil
}
