package socket

import (
	"io"
	"net"
	"os"
	"syscall"
)

// A conn is a connection of TCP or of a Unix socket.
type conn struct {
	net.Conn
	in  receiving
	out sending
}

// Quiet returns c with quiet system calls, or c itself if it is no connection of TCP or of a Unix socket. Concurrent calls,
// deadlines and errors are as those of c.
func Quiet(c net.Conn) net.Conn {
	switch c.(type) {
	case *net.TCPConn, *net.UnixConn:
	default:
		return c
	}
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return c
	}
	q := &conn{Conn: c}
	q.in.raw, q.in.try = raw, q.in.once
	q.out.raw, q.out.try = raw, q.out.once
	return q
}

func (c *conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := c.in.read(p)
	if err == nil && n == 0 {
		return 0, io.EOF
	}
	return n, c.failed("read", err)
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.out.write(p)
	return int(n), c.failed("write", err)
}

func (c *conn) writePieces(pieces [][]byte) (int64, error) {
	n, err := c.out.write(pieces...)
	return n, c.failed("write", err)
}

// CloseWrite ends our side alone.
func (c *conn) CloseWrite() error {
	return c.Conn.(interface{ CloseWrite() error }).CloseWrite()
}

// failed returns the error of a call as the net package would: that of waiting knows the connection already.
func (c *conn) failed(call string, err error) error {
	switch e := err.(type) {
	case nil:
		return nil
	case syscall.Errno:
		local := c.LocalAddr()
		return &net.OpError{Op: call, Net: local.Network(), Source: local, Addr: c.RemoteAddr(), Err: os.NewSyscallError(call, e)}
	case *net.OpError:
		e.Op = call
	}
	return err
}
