package reads

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/internal/load"
)

// A Load sends bodies over HTTP one after the other over one connection, each when the answer to the one before is complete.
type Load struct {
	address  string
	requests [][]byte
	next     int
}

// NewLoad returns the load of JSON bodies on a path of a server, whose URL or address is given.
func NewLoad(url, path string, bodies [][]byte) *Load {
	l := &Load{address: strings.TrimPrefix(url, "http://")}
	for _, b := range bodies {
		head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", path, l.address, len(b))
		l.requests = append(l.requests, append([]byte(head), b...))
	}
	return l
}

// Warm sends every request so many times.
func (l *Load) Warm(times int) error {
	return l.withConn(func(c *Conn) error {
		_, err := Take(times*len(l.requests), func() error { return l.ask(c) })
		return err
	})
}

// Run sends requests for a time to a server, of which and of whose store it measures the CPU time. A store of 0 is none.
func (l *Load) Run(slice time.Duration, server, store int) (r Result, err error) {
	err = l.withConn(func(c *Conn) error {
		r, err = Slice(server, store, func() (Result, error) { return TakeFor(slice, func() error { return l.ask(c) }) })
		return err
	})
	return r, err
}

func (l *Load) ask(c *Conn) error {
	l.next++
	return c.Ask(l.next)
}

func (l *Load) withConn(work func(*Conn) error) error {
	c, err := l.Dial()
	if err != nil {
		return err
	}
	defer c.Close()
	return work(c)
}

// Open sends requests over as many connections as how says, at its rate: how says all of a load but what is asked. Errors:
// the first of a request.
func (l *Load) Open(ctx context.Context, how *load.Load) (*load.Result, error) {
	free := make(chan *Conn, how.Connections)
	for range how.Connections {
		c, err := l.Dial()
		if err != nil {
			return nil, err
		}
		defer c.Close()
		free <- c
	}
	asking := *how
	asking.Ask = func(_ context.Context, k int) (int, error) {
		c := <-free
		defer func() { free <- c }()
		return 0, c.Ask(k)
	}
	r := load.Run(ctx, &asking)
	return r, r.Error
}

// Crowd sends requests over connections at a time for as long as slice, as quickly as they are answered, to a server, of which
// and of whose store it measures the CPU time. A store of 0 is none.
func (l *Load) Crowd(ctx context.Context, connections int, slice time.Duration, server, store int) (Result, error) {
	if connections == 1 {
		return l.Run(slice, server, store)
	}
	return Slice(server, store, func() (Result, error) {
		r, err := l.Open(ctx, &load.Load{Duration: slice, Connections: connections})
		if err != nil {
			return Result{}, err
		}
		return Result{Took: r.Latency}, nil
	})
}

// Slice measures what a server and its store use while work runs.
func Slice(server, store int, work func() (Result, error)) (Result, error) {
	used, stored, err := usage(server, store)
	if err != nil {
		return Result{}, err
	}
	r, err := work()
	if err != nil {
		return r, err
	}
	r.Used, r.Stored, err = usage(server, store)
	r.Used, r.Stored = r.Used-used, r.Stored-stored
	return r, err
}

func usage(server, store int) (used, stored time.Duration, err error) {
	if server != 0 {
		used, err = measure.CPUOf(server)
	}
	if store != 0 && err == nil {
		stored, err = measure.CPUOf(store)
	}
	return used, stored, err
}

// A Conn is one connection of a load.
type Conn struct {
	load *Load
	conn net.Conn
	in   *bufio.Reader
}

// Dial connects to the server.
func (l *Load) Dial() (*Conn, error) {
	c, err := net.Dial("tcp", l.address)
	if err != nil {
		return nil, err
	}
	return &Conn{l, c, bufio.NewReaderSize(c, 256<<10)}, nil
}

// Close ends the connection.
func (c *Conn) Close() { _ = c.conn.Close() }

// Ask sends request k, counted round, and reads its answer.
func (c *Conn) Ask(k int) error {
	if _, err := c.conn.Write(c.load.requests[k%len(c.load.requests)]); err != nil {
		return err
	}
	return skipAnswer(c.in)
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
		if name, rest, ok := bytes.Cut(line, []byte(": ")); ok && bytes.EqualFold(name, []byte("Content-Length")) {
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

// Post sends one body and returns the answer. Errors: those of sending, and a status other than 200.
func Post(ctx context.Context, url string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s: %.300s", url, res.Status, answer)
	}
	return answer, err
}
