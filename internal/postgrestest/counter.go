package postgrestest

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// A Counter stands between a client and the server and counts the statements that the client runs.
type Counter struct {
	Address string // of the server behind the counter
	count   atomic.Int64
}

// Statements returns how many statements were run so far. Preparing one does not count.
func (c *Counter) Statements() int64 { return c.count.Load() }

// NewCounter returns a counter before the server at address, which must be reached through a Unix socket. It ends with
// the test.
func NewCounter(t *testing.T, address string) *Counter {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "pg") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	const name = ".s.PGSQL.5432"
	q := u.Query()
	to := filepath.Join(q.Get("host"), name)
	q.Set("host", dir)
	u.RawQuery = q.Encode()
	l, err := net.Listen("unix", filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	c := &Counter{Address: u.String()}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { c.relay(t, client, to) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
		os.RemoveAll(dir)
	})
	return c
}

// relay carries one connection until either side ends it.
func (c *Counter) relay(t *testing.T, client net.Conn, to string) {
	defer client.Close()
	server, err := net.Dial("unix", to)
	if err != nil {
		t.Errorf("the server behind the counter: %v", err)
		return
	}
	defer server.Close()
	var wg sync.WaitGroup
	wg.Go(func() {
		io.Copy(client, server)
		client.Close()
	})
	c.requests(client, server)
	server.Close()
	wg.Wait()
}

// requests carries what the client sends: a first message of a length and a body, then messages with a byte of their kind
// before that. Execute and simple queries are counted.
func (c *Counter) requests(client io.Reader, server io.Writer) {
	head := make([]byte, 5)
	for at := 1; ; at = 0 { // the first has no kind
		if _, err := io.ReadFull(client, head[at:]); err != nil {
			return
		}
		if at == 0 && (head[0] == 'E' || head[0] == 'Q') {
			c.count.Add(1)
		}
		if _, err := server.Write(head[at:]); err != nil {
			return
		}
		if _, err := io.CopyN(server, client, int64(binary.BigEndian.Uint32(head[1:]))-4); err != nil {
			return
		}
	}
}
