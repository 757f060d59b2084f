// Package listen starts `truepoint serve` as a process of its own and finds the address at which it listens, for
// programs that try the binary as it is shipped.
package listen

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/truepoint/truepoint/errs"
)

// stopMax bounds how long a server may take to end when its context does.
const stopMax = 20 * time.Second

// A Server is a running `truepoint serve`.
type Server struct {
	URL string // such as http://127.0.0.1:40123
	PID int

	cmd  *exec.Cmd
	rest chan struct{} // closed when its standard error ends
}

// Start runs `serve -p 0` and args with the binary, in dir and with env (nil: that of this process), and returns when it
// listens. told is called with each line of its standard error, one at a time, also after Start has returned; nil
// ignores them. When ctx ends the server is asked to stop. The caller calls Stop.
//
// Errors: those of starting it, and, with what it said, its end before it listens.
func Start(ctx context.Context, binary, dir string, env []string, told func(line string), args ...string) (*Server, error) {
	c := exec.CommandContext(ctx, binary, append([]string{"serve", "-p", "0"}, args...)...)
	c.Dir, c.Env = dir, env
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = stopMax
	pipe, err := c.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	s := &Server{PID: c.Process.Pid, cmd: c, rest: make(chan struct{})}
	found := make(chan string, 1)
	var said strings.Builder // until it listens; read when the goroutine has ended
	go func() {
		defer close(s.rest)
		lines := bufio.NewScanner(pipe)
		for listening := false; lines.Scan(); {
			if told != nil {
				told(lines.Text())
			}
			if listening {
				continue
			}
			said.WriteString(lines.Text() + "\n")
			if _, after, ok := strings.Cut(lines.Text(), " on http://"); ok {
				address, _, _ := strings.Cut(after, " ")
				listening = true
				found <- "http://" + address
			}
		}
	}()
	select {
	case s.URL = <-found:
		return s, nil
	case <-s.rest:
		return nil, errs.Join(fmt.Errorf("the server ended before it listened: %s", said.String()), c.Wait())
	case <-ctx.Done():
		return nil, errs.Join(ctx.Err(), s.Stop())
	}
}

// Stop ends the server as an operator would and waits for it. Errors: an end with a status other than that of an
// interrupted command.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	<-s.rest
	err := s.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == errs.Canceled.Exit() {
		return nil
	}
	return err
}
