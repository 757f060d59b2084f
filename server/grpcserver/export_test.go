package grpcserver

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"

	"github.com/truepoint/truepoint/serving"
)

// Handle answers a request for a method as the server does between reading and sending, and returns the answer's length.
// The service is given by number, in the order of services.
func (s *Server) Handle(ctx context.Context, service int, method string, request []byte) (size int, err error) {
	c, ctx := newCodec(), grpc.NewContextWithServerTransportStream(ctx, sending{})
	for _, m := range services[service].Methods {
		if m.MethodName != method {
			continue
		}
		reply, err := m.Handler(s, ctx, func(v any) error { return c.Unmarshal(mem.BufferSlice{mem.SliceBuffer(request)}, v) }, nil)
		if err != nil {
			return 0, err
		}
		sent, err := c.Marshal(reply)
		if err != nil {
			return 0, err
		}
		defer sent.Free()
		return sent.Len(), nil
	}
	panic("no method " + method)
}

// A sending is a transport that costs nothing.
type sending struct{}

func (sending) Method() string               { return "" }
func (sending) SetHeader(metadata.MD) error  { return nil }
func (sending) SendHeader(metadata.MD) error { return nil }
func (sending) SetTrailer(metadata.MD) error { return nil }

// Readers are what reads a request of a service: as a plain one, if it is, and as any.
type Readers struct {
	Plain func(b string) (r serving.Request, ok bool)
	Any   func(b string) (serving.Request, error)
}

// OwnReaders and FeastReaders are those of the services.
var (
	OwnReaders   = readers(plainOwn, anyOwn)
	FeastReaders = readers(plainFeast, anyFeast)
)

func readers(plain func(scan, *serving.Request, *plainColumns) bool, full func(message, *serving.Request) error) Readers {
	return Readers{
		func(b string) (r serving.Request, ok bool) { ok = plain(scan(b), &r, &plainColumns{}); return r, ok },
		func(b string) (r serving.Request, err error) { err = full(message(b), &r); return r, err },
	}
}
