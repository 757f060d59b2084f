// Package socket makes the system calls of connections quiet ones, of which Go's scheduler is not told.
//
// Go announces a system call, because it may block, to its scheduler. While nothing runs, the monitor of the scheduler sleeps;
// an announced call wakes it, it looks around every twenty microseconds, and falls asleep again when nothing runs. A server that
// waits for a request, and then for its store, pays for that twice a request: a tenth of its CPU time and four switches of
// threads. A call of a socket that does not block has nothing to announce: it copies bytes and returns, and waiting is left
// to Go's poller as ever (syscall.RawConn).
//
// The monitor also interrupts goroutines that run for ten milliseconds. It wakes for timers, collections of garbage and all
// other system calls, so that what computes for long after a quiet call is interrupted later, not never.
package socket

import "net"

// A listener accepts quiet connections.
type listener struct{ net.Listener }

// Listener returns l with connections as Quiet makes them.
func Listener(l net.Listener) net.Listener { return listener{l} }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return Quiet(c), nil
}

// piecesWriter is a connection that writes pieces by one system call where there is room.
type piecesWriter interface {
	writePieces(pieces [][]byte) (int64, error)
}

// WritePieces writes pieces one after the other, by one system call where c can, and returns how many bytes were written. It
// may change pieces, but not their bytes. Errors: those of c.Write.
func WritePieces(c net.Conn, pieces [][]byte) (int64, error) {
	if w, ok := c.(piecesWriter); ok {
		return w.writePieces(pieces)
	}
	all := net.Buffers(pieces)
	return all.WriteTo(c)
}
