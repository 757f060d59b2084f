package grpcserver

import (
	"sync"

	"google.golang.org/grpc/encoding"
	protocodec "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
)

// An answer is a message that is encoded already.
type answer struct{ bytes *[]byte }

// A message is a request as its bytes.
type message string

// codec is gRPC's own for protobuf that also sends answers and reads messages.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(protocodec.Name)} }

// Marshal returns the bytes of a message. Those of an answer go back to its pool when gRPC has sent them.
func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	if a, ok := v.(answer); ok {
		return mem.BufferSlice{mem.NewBuffer(a.bytes, buffers{})}, nil
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

var answers = sync.Pool{New: func() any { b := make([]byte, 0, answerBytes); return &b }}

// buffers is the pool of the memory of answers, in the form that gRPC wants.
type buffers struct{}

// Get returns memory of a length.
func (buffers) Get(length int) *[]byte {
	b := make([]byte, length)
	return &b
}

// Put keeps memory for the next answer, unless it is large.
func (buffers) Put(b *[]byte) {
	if cap(*b) <= answerBytesMax {
		*b = (*b)[:0]
		answers.Put(b)
	}
}

// encode returns the answer that write appends.
func encode(write func(dst []byte) []byte) answer {
	b := answers.Get().(*[]byte)
	*b = write((*b)[:0])
	return answer{b}
}
