package httpserver

import (
	"context"
	"io"
	"net"
	"net/http"
)

// pieces are an answer whose parts lie apart, to be read in order. A joiningConn takes them without a copy.
type pieces struct{ left net.Buffers }

// Read implements io.Reader.
func (p *pieces) Read(b []byte) (int, error) { return p.left.Read(b) }

// connKey is the key of a request's joiningConn in its context.
type connKey struct{}

// withConn is the ConnContext of the server.
func withConn(ctx context.Context, c net.Conn) context.Context {
	if j, ok := c.(*joiningConn); ok {
		return context.WithValue(ctx, connKey{}, j)
	}
	return ctx
}

// send answers with parts, which it consumes. A client that is gone needs no answer.
func send(w http.ResponseWriter, r *http.Request, parts [][]byte) {
	if len(parts) == 1 {
		_, _ = w.Write(parts[0])
		return
	}
	if c, ok := r.Context().Value(connKey{}).(*joiningConn); ok {
		c.holdNext()
	}
	_, _ = io.Copy(w, &pieces{parts})
}
