package grpcserver

import (
	"google.golang.org/grpc/encoding"
	protocodec "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"

	"github.com/truepoint/truepoint/server/idle"
)

// An answer is a message that is encoded already. It is the pool of its own memory, in the form that gRPC wants.
type answer struct {
	bytes []byte
	idle  *idle.List[answer] // where it goes when gRPC has sent it
}

// A message is a request as its bytes.
type message string

// codec is gRPC's own for protobuf that also sends answers and reads messages.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(protocodec.Name)} }

// Marshal returns the bytes of a message. Those of an answer are used again when gRPC has sent them.
func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	if a, ok := v.(*answer); ok {
		return mem.BufferSlice{mem.NewBuffer(&a.bytes, a)}, nil
	}
	return c.CodecV2.Marshal(v)
}

// Unmarshal reads a request.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(*message)
	switch {
	case !ok:
		return c.CodecV2.Unmarshal(data, v)
	case len(data) == 1:
		*m = message(data[0].ReadOnlyData())
	default:
		*m = message(data.Materialize())
	}
	return nil
}

const (
	answerBytes    = 4 << 10 // of new memory for an answer
	answerBytesMax = 4 << 20 // that are kept for the next
)

// Get returns memory of a length. gRPC asks it of others.
func (a *answer) Get(length int) *[]byte {
	b := make([]byte, length)
	return &b
}

// Put keeps the memory of the answer, which has been sent, for the next one, unless it is large.
func (a *answer) Put(*[]byte) {
	if cap(a.bytes) > answerBytesMax {
		return
	}
	a.idle.Put(a)
}

// encode returns the answer that write appends.
func (s *Server) encode(write func(dst []byte) []byte) *answer {
	a := s.answers.Get()
	if a.bytes == nil {
		a.bytes, a.idle = make([]byte, 0, answerBytes), &s.answers
	}
	a.bytes = write(a.bytes[:0])
	return a
}
