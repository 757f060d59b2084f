// Package plainredis is the yardstick of the benchmarks of Redis: a server of its own, and a connection that speaks the
// protocol by itself and does the least that a client does.
package plainredis

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
)

// A Server is a Redis in a process of its own that keeps nothing on disk unless it is told to.
type Server struct {
	Address string // host and port
	PID     int

	command *exec.Cmd
	dir     string // removed at the end; "" if it is the caller's
}

// Start starts a server with what a Save left in dir; "" is a directory of its own.
func Start(dir string) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{Address: l.Addr().String()}
	_, port, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, err
	}
	if err := l.Close(); err != nil {
		return nil, err
	}
	if dir == "" {
		if dir, err = os.MkdirTemp("", "bench-redis"); err != nil {
			return nil, err
		}
		s.dir = dir
	}
	s.command = exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir, "--logfile", "log")
	if err := s.command.Start(); err != nil {
		return nil, fmt.Errorf("%w: apt-get install redis-server", err)
	}
	s.PID = s.command.Process.Pid
	for range 1000 {
		if s.answers() {
			return s, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.Stop()
	return nil, fmt.Errorf("redis-server does not start")
}

// answers reports whether the server has loaded its data.
func (s *Server) answers() bool {
	c, err := Dial(s.Address)
	if err != nil {
		return false
	}
	defer c.Close()
	_, err = c.Do("DBSIZE")
	return err == nil
}

// Stop kills the server and waits.
func (s *Server) Stop() {
	_ = s.command.Process.Kill()
	_ = s.command.Wait() // its status says that it was killed
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// Cost returns what work costs this process and the server together; its Peak is unknown.
func (s *Server) Cost(work func() error) (measure.Cost, error) {
	before, err := measure.CPUOf(s.PID)
	if err != nil {
		return measure.Cost{}, err
	}
	c, err := measure.Of(work)
	if err != nil {
		return c, err
	}
	after, err := measure.CPUOf(s.PID)
	c.CPU += after - before
	c.Peak = 0 // the cells take more than the driver
	return c, err
}
