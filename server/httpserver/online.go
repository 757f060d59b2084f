package httpserver

import (
	"context"
	"net/http"
	"time"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/server/onlinejson"
	"github.com/truepoint/truepoint/serving"
)

// feastOnline is POST /get-online-features.
func (s *Server) feastOnline(w http.ResponseWriter, r *http.Request) {
	s.online(w, r, decodeFeast, onlinejson.AppendFeast)
}

// ownOnline is POST /v1/online.
func (s *Server) ownOnline(w http.ResponseWriter, r *http.Request) {
	s.online(w, r, decodeOwn, onlinejson.Append)
}

// online reads a request with decode, asks the store, and writes the answer with encode.
func (s *Server) online(w http.ResponseWriter, r *http.Request, decode func(*form) *serving.Request, encode func([]byte, *serving.Response) []byte) {
	began := time.Now()
	service := ""
	answer, err := func() (*serving.Response, error) {
		body, err := s.body(w, r)
		if err != nil {
			return nil, err
		}
		f, err := newForm(body)
		if err != nil {
			return nil, err
		}
		q := decode(f)
		if err := f.done(); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(r.Context(), s.opt.Deadline)
		defer cancel()
		answer, err := s.store.Online(ctx, q)
		if err == nil {
			service = q.Service
		}
		return answer, err
	}()
	if err != nil {
		s.metrics.request(service, s.refuse(w, r, err), time.Since(began))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(encode(nil, answer)) // a client that is gone needs no answer
	s.metrics.request(service, http.StatusOK, time.Since(began))
	s.metrics.cells(answer)
}

func names(full bool) feature.Naming {
	if full {
		return feature.FullNames
	}
	return feature.ShortNames
}

// decodeFeast reads Feast's body. A service wins over features, as in Feast. A store that cannot answer fails the
// request: Feast's client would turn error cells into None in silence.
func decodeFeast(f *form) *serving.Request {
	r := &serving.Request{AsOf: eventtime.None, OnError: serving.Fail}
	r.Entities = f.columns("entities")
	r.Features, r.Service = f.texts("features"), f.text("feature_service")
	r.Names = names(f.flag("full_feature_names"))
	f.flag("include_feature_view_version_metadata")
	if r.Service != "" {
		r.Features = nil
	}
	return r
}

// decodeOwn reads the body of /v1/online.
func decodeOwn(f *form) *serving.Request {
	r := &serving.Request{OnError: serving.Cells}
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
	return r
}
