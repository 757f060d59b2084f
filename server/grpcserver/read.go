package grpcserver

import (
	"context"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/server/onlineproto"
	"github.com/truepoint/truepoint/serving"
)

// An exchange is the memory of one online read, from the message to the answer. The next one uses it again.
type exchange struct {
	message   message
	request   serving.Request
	columns   plainColumns
	rendering serving.Rendering
	writer    onlineproto.Writer
}

// messageBytesKept bounds the request whose exchange is kept: its columns take at most twenty times its length.
const messageBytesKept = 256 << 10

// end gives an exchange back.
func (s *Server) end(x *exchange) {
	if len(x.message) > messageBytesKept {
		return
	}
	s.idle.Put(x)
}

// A dialect is what the services differ in: decode reads x.message into x.request, write appends the answer.
type dialect struct {
	decode func(x *exchange) error
	write  func(w *onlineproto.Writer, dst []byte, r *serving.Rendering) []byte
}

var (
	feastDialect = &dialect{decodeFeast, (*onlineproto.Writer).AppendFeast}
	ownDialect   = &dialect{decodeOwn, (*onlineproto.Writer).Append}
)

// online reads a request, asks the store and encodes its answer.
func (s *Server) online(ctx context.Context, read func(any) error, d *dialect) (any, error) {
	x := s.idle.Get()
	defer s.end(x)
	if err := read(&x.message); err != nil {
		return nil, unreadable(err)
	}
	if err := d.decode(x); err != nil {
		return nil, err
	}
	began := time.Now()
	if err := s.opt.Gate.Enter(); err != nil {
		s.observe(err, nil, began)
		return nil, err
	}
	defer s.opt.Gate.Leave()
	if err := s.store.Render(ctx, &x.request, serving.PackedForm, &x.rendering); err != nil {
		s.observe(err, nil, began)
		return nil, err
	}
	if d == feastDialect { // whose message has no place for it
		s.told.tell(ctx, x.rendering.Revision)
	}
	a := s.encode(func(dst []byte) []byte { return d.write(&x.writer, dst, &x.rendering) })
	s.observe(nil, &x.rendering, began)
	if s.opt.FeatureLog != nil {
		s.opt.FeatureLog.Rendered(&x.rendering, requestID(ctx), eventtime.Instant(began.UnixMicro()))
	}
	return a, nil
}

func (s *Server) observe(err error, r *serving.Rendering, began time.Time) {
	if s.opt.Observer != nil {
		s.opt.Observer.Observe(err, r, time.Since(began))
	}
}

func unreadable(err error) error {
	return errs.Wrap(err, errs.InvalidArgument, "the request cannot be read").WithID("T0827")
}

func names(full bool) feature.Naming {
	if full {
		return feature.FullNames
	}
	return feature.ShortNames
}
