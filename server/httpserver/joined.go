package httpserver

import (
	"io"
	"net"
	"sync"

	"github.com/truepoint/truepoint/internal/socket"
)

// httpBuffer is the size of net/http's buffer before a connection. An answer that is longer leaves in two pieces: a
// first one of this size, and the rest.
const httpBuffer = 4096

// partsKeptMax bounds the memory for pieces that a connection keeps for the next answer.
const partsKeptMax = 256

// A joiningListener accepts connections that write such pieces as one, which spares a system call here and often one
// at the caller.
type joiningListener struct{ net.Listener }

func (l joiningListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &joiningConn{Conn: c}, nil
}

// A joiningConn holds a piece of httpBuffer bytes back until the next piece. What is held also leaves before the next
// reading begins, which for HTTP/1 is before anything waits for the other side, and before the end. A handler that
// wants a piece to leave at once flushes, which makes a next piece unless the first happened to end there.
type joiningConn struct {
	net.Conn
	mu    sync.Mutex
	held  []byte
	hold  bool     // the next piece, whatever its length
	parts [][]byte // what leaves together
}

func (c *joiningConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.held) == 0 {
		if len(p) != httpBuffer && !c.hold {
			return c.Conn.Write(p)
		}
		c.held, c.hold = append(c.held, p...), false
		return len(p), nil
	}
	n, err := c.together(p)
	return int(n), err
}

// holdNext holds the next piece back, because more comes at once, by ReadFrom.
func (c *joiningConn) holdNext() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hold = true
}

// ReadFrom writes what src has. Pieces leave together with what is held.
func (c *joiningConn) ReadFrom(src io.Reader) (int64, error) {
	p, ok := src.(*pieces)
	if !ok {
		return io.Copy(struct{ io.Writer }{c}, src)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.together(p.left...)
}

// together writes what is held and then more, and returns how much of more was written.
func (c *joiningConn) together(more ...[]byte) (int64, error) {
	first := int64(len(c.held))
	c.parts = append(append(c.parts[:0], c.held), more...)
	n, err := socket.WritePieces(c.Conn, c.parts)
	if clear(c.parts); cap(c.parts) > partsKeptMax {
		c.parts = nil
	}
	c.held, c.hold = c.held[:0], false
	return max(n-first, 0), err
}

// Read reads. A writing that goes on meanwhile is not waited for: what it may hold leaves with the reading after it.
func (c *joiningConn) Read(p []byte) (int, error) {
	if c.mu.TryLock() {
		err := c.release()
		c.mu.Unlock()
		if err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(p)
}

// release writes what is held.
func (c *joiningConn) release() error {
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.held)
	c.held = c.held[:0]
	return err
}

// Close closes the connection once what is held has left.
func (c *joiningConn) Close() error {
	if c.mu.TryLock() { // else a writing hangs, and closing ends it
		_ = c.release() // whoever closes hears nothing of the other side any more
		c.mu.Unlock()
	}
	return c.Conn.Close()
}

// CloseWrite ends our side alone, as net/http does before it closes a connection whose request it did not read whole.
func (c *joiningConn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.release(); err != nil {
		return err
	}
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
