package httpserver

import (
	"net/http"
	"strconv"
	"time"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/server/expiry"
	"github.com/truepoint/truepoint/server/onlinejson"
	"github.com/truepoint/truepoint/serving"
)

// An exchange is the memory of one online read, from the body to the answer. The next one uses it again.
type exchange struct {
	body      []byte
	form      form
	request   serving.Request
	rendering serving.Rendering
	writer    onlinejson.Writer
	answer    []byte
	tally     tally
}

// exchangeBytesMax bounds what an exchange keeps of its body and of its answer.
const exchangeBytesMax = 4 << 20

// end gives an exchange back.
func (s *Server) end(x *exchange) {
	if cap(x.body) > exchangeBytesMax {
		x.body = nil
	}
	if cap(x.answer) > exchangeBytesMax {
		x.answer = nil
	}
	s.idle.Put(x)
}

// A dialect is what the two routes of online reads differ in.
type dialect struct {
	decode func(*form, *serving.Request)
	form   serving.Form
	encode func(w *onlinejson.Writer, dst []byte, r *serving.Rendering) []byte
}

var (
	feastDialect = &dialect{decodeFeast, serving.FeastForm, (*onlinejson.Writer).AppendFeast}
	ownDialect   = &dialect{decodeOwn, serving.OwnForm, (*onlinejson.Writer).Append}
)

// feastOnline is POST /get-online-features.
func (s *Server) feastOnline(w http.ResponseWriter, r *http.Request) { s.online(w, r, feastDialect) }

// ownOnline is POST /v1/online.
func (s *Server) ownOnline(w http.ResponseWriter, r *http.Request) { s.online(w, r, ownDialect) }

// online reads a request, asks the store, and writes the answer.
func (s *Server) online(w http.ResponseWriter, r *http.Request, d *dialect) {
	began := time.Now()
	x := s.idle.Get()
	defer s.end(x)
	if err := s.render(w, r, d, x, began.Add(s.opt.Deadline)); err != nil {
		s.opt.Metrics.refused(s.refuse(w, r, err), time.Since(began))
		return
	}
	x.answer = d.encode(&x.writer, x.answer[:0], &x.rendering)
	h := w.Header()
	parts, length := x.writer.Pieces(x.answer)
	h["Content-Type"] = contentJSON
	h["Content-Length"] = []string{strconv.Itoa(length)}
	h[revision] = []string{strconv.FormatInt(int64(x.rendering.Revision), 10)}
	send(w, r, parts)
	s.opt.Metrics.rendered(&x.rendering, time.Since(began), &x.tally)
	if s.opt.FeatureLog != nil {
		s.opt.FeatureLog.Rendered(&x.rendering, h.Get(requestID), eventtime.Instant(began.UnixMicro()))
	}
}

// revision is the header that names the revision of the registry by which an online read is answered, because Feast's body
// has no place for it (design/semantics.md 6.4).
const revision = "X-Truepoint-Revision"

// contentJSON is the header's value; nothing writes to it.
var contentJSON = []string{"application/json"}

// render reads a request and has the store answer it by the deadline, in x.rendering.
func (s *Server) render(w http.ResponseWriter, r *http.Request, d *dialect, x *exchange, deadline time.Time) (err error) {
	if x.body, err = s.read(w, r, x.body); err != nil {
		return err
	}
	if err := x.form.read(string(x.body)); err != nil {
		return err
	}
	d.decode(&x.form, &x.request)
	if err := x.form.done(); err != nil {
		return err
	}
	if err := s.opt.Gate.Enter(); err != nil {
		return err
	}
	defer s.opt.Gate.Leave()
	ctx := expiry.New(r.Context(), deadline)
	defer ctx.End()
	return s.store.Render(ctx, &x.request, d.form, &x.rendering)
}

func names(full bool) feature.Naming {
	if full {
		return feature.FullNames
	}
	return feature.ShortNames
}

// decodeFeast reads Feast's body. A service wins over features, as in Feast. A store that cannot answer fails the
// request: Feast's client would turn error cells into None in silence.
func decodeFeast(f *form, r *serving.Request) {
	*r = serving.Request{AsOf: eventtime.None, OnError: serving.Fail}
	r.Entities = f.columns("entities")
	r.Features, r.Service = f.texts("features"), f.text("feature_service")
	r.Names = names(f.flag("full_feature_names"))
	f.flag("include_feature_view_version_metadata")
	if r.Service != "" {
		r.Features = nil
	}
}

// decodeOwn reads the body of /v1/online. A store that cannot answer becomes ERROR cells, unless the request or else its
// service says otherwise.
func decodeOwn(f *form, r *serving.Request) {
	*r = serving.Request{Else: serving.Cells}
	r.Entities = f.columns("entities")
	r.Features, r.Service = f.texts("features"), f.text("feature_service")
	r.Names = names(f.flag("full_feature_names"))
	r.AsOf = f.instant("as_of")
	r.Strict = f.flag("strict")
	switch on := f.text("on_error"); on {
	case "":
	case string(serving.Fail), string(serving.Cells):
		r.OnError = serving.OnError(on)
	default:
		f.fault("enum", "expected fail or cells", "on_error")
	}
}
