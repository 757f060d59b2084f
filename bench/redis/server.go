package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
)

// A server is a Redis that keeps nothing on disk, in a process of its own.
type server struct {
	address string
	command *exec.Cmd
	dir     string
}

func startServer() (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{address: l.Addr().String()}
	_, port, err := net.SplitHostPort(s.address)
	if err != nil {
		return nil, err
	}
	if err := l.Close(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "bench-redis"); err != nil {
		return nil, err
	}
	s.command = exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", s.dir, "--logfile", "log")
	if err := s.command.Start(); err != nil {
		return nil, fmt.Errorf("%w: apt-get install redis-server", err)
	}
	for range 200 {
		c, err := net.Dial("tcp", s.address)
		if err == nil {
			return s, c.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("redis-server does not start")
}

func (s *server) stop() {
	_ = s.command.Process.Kill()
	_ = s.command.Wait() // its status says that it was killed
	_ = os.RemoveAll(s.dir)
}

// cost returns what work costs this process and the server together.
func (s *server) cost(work func() error) (measure.Cost, error) {
	before, err := measure.CPUOf(s.command.Process.Pid)
	if err != nil {
		return measure.Cost{}, err
	}
	c, err := measure.Of(work)
	if err != nil {
		return c, err
	}
	after, err := measure.CPUOf(s.command.Process.Pid)
	c.CPU += after - before
	c.Peak = 0 // the cells take more than the driver
	return c, err
}
