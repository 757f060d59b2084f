package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/reads"
)

const path = "/get-online-features"

// A load sends requests one after the other over one connection, each when the answer to the one before is complete.
type load struct {
	address  string
	requests [][]byte
	next     int
}

// newLoad returns the load of bodies on a server.
func newLoad(url string, bodies [][]byte) *load {
	l := &load{address: strings.TrimPrefix(url, "http://")}
	for _, b := range bodies {
		head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", path, l.address, len(b))
		l.requests = append(l.requests, append([]byte(head), b...))
	}
	return l
}

// warm sends every request a few times.
func (b *bench) warm(l *load) error {
	_, err := l.send(func(n int) bool { return n < 4*len(l.requests) })
	return err
}

// run sends requests for a time to a server, of which it measures the CPU time.
func (l *load) run(pid int, slice time.Duration) (reads.Result, error) {
	before, err := measure.CPUOf(pid)
	if err != nil {
		return reads.Result{}, err
	}
	until := time.Now().Add(slice)
	took, err := l.send(func(int) bool { return time.Now().Before(until) })
	if err != nil {
		return reads.Result{}, err
	}
	after, err := measure.CPUOf(pid)
	slices.Sort(took)
	return reads.Result{Took: took, Used: after - before}, err
}

// send sends requests as long as more says so of how many were sent, and returns what each took.
func (l *load) send(more func(sent int) bool) ([]time.Duration, error) {
	c, err := net.Dial("tcp", l.address)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	in := bufio.NewReaderSize(c, 256<<10)
	took := make([]time.Duration, 0, 1<<18)
	for more(len(took)) {
		began := time.Now()
		if _, err := c.Write(l.requests[l.next%len(l.requests)]); err != nil {
			return nil, err
		}
		if err := skipAnswer(in); err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
		l.next++
	}
	return took, nil
}

// skipAnswer reads one answer, which must be 200 and say its length.
func skipAnswer(in *bufio.Reader) error {
	length := -1
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimSpace(line)
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200")) {
			return fmt.Errorf("the server answered %s", line)
		}
		if len(line) == 0 {
			break
		}
		if rest, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(rest)); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("the answer does not say its length")
	}
	_, err := in.Discard(length)
	return err
}
