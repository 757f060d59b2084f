package redistest

import (
	"context"
	"net"
	"sync"
)

// A Counter counts the round trips of the connections that it dials: each begins with bytes sent after bytes were received.
type Counter struct {
	mu    sync.Mutex
	trips map[string]int // by address
}

// Dial connects to an address over TCP.
func (c *Counter) Dial(ctx context.Context, address string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &counted{Conn: conn, counter: c, address: address, answered: true}, nil
}

// Reset begins a new count.
func (c *Counter) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trips = map[string]int{}
}

// Trips returns the round trips since Reset by the address of the server.
func (c *Counter) Trips() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]int{}
	for a, n := range c.trips {
		out[a] = n
	}
	return out
}

// A counted is a connection whose round trips are counted.
type counted struct {
	net.Conn
	counter  *Counter
	address  string
	answered bool // guarded by the counter's lock
}

func (c *counted) Write(b []byte) (int, error) {
	c.counter.mu.Lock()
	if c.answered {
		c.answered = false
		if c.counter.trips != nil {
			c.counter.trips[c.address]++
		}
	}
	c.counter.mu.Unlock()
	return c.Conn.Write(b)
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.counter.mu.Lock()
		c.answered = true
		c.counter.mu.Unlock()
	}
	return n, err
}
