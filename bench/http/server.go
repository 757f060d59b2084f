package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/truepoint/truepoint/internal/listen"
)

// startOurs starts the binary on the first core.
func (b *bench) startOurs(ctx context.Context) (s *listen.Server, err error) {
	binary, err := filepath.Abs(b.binary)
	if err != nil {
		return nil, err
	}
	err = onCore(0, func() error {
		s, err = listen.Start(ctx, binary, b.data, nil, nil)
		return err
	})
	return s, err
}

// A yardstick is a running hello-http.
type yardstick struct {
	url string
	pid int
	cmd *exec.Cmd
}

// startHello starts hello-http on the first core.
func startHello(ctx context.Context, size int) (*yardstick, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-hello", strconv.Itoa(size))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := onCore(0, cmd.Start); err != nil {
		return nil, err
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(err, cmd.Process.Kill())
	}
	return &yardstick{"http://" + strings.TrimSpace(address), cmd.Process.Pid, cmd}, nil
}

func (y *yardstick) stop() {
	_ = y.cmd.Process.Kill()
	_ = y.cmd.Wait()
}

// serveHello is the yardstick: a server that reads the body and answers with a constant one of size bytes.
func serveHello(size int) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	body := []byte(strings.Repeat("x", size))
	length := []string{strconv.Itoa(size)}
	kind := []string{"application/json"}
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		w.Header()["Content-Type"], w.Header()["Content-Length"] = kind, length
		_, _ = w.Write(body)
	}))
}

// onCore runs start, which starts a process, so that the process has one core alone.
func onCore(core int, start func() error) error {
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

// pin keeps all threads of a process on a core.
func pin(pid, core int) error {
	var one unix.CPUSet
	one.Set(core)
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(id, &one); err != nil {
			return err
		}
	}
	return nil
}
