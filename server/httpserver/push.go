package httpserver

import (
	"context"
	"net/http"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/ingest"
)

// feastPush is POST /push.
func (s *Server) feastPush(w http.ResponseWriter, r *http.Request) {
	s.push(w, r, func(f *form) (*ingest.Request, error) {
		q := &ingest.Request{Source: f.text("push_source_name"), Rows: f.columns("df"), ID: f.text("push_id"), Ack: f.text("ack")}
		if q.Source == "" {
			f.fault("missing", "Field required", "push_source_name")
		}
		f.flag("allow_registry_cache")
		f.flag("transform_on_write")
		var err error
		q.To, err = ingest.ParseTarget(f.text("to"))
		return q, err
	}, func() {})
}

// feastWrite is POST /write-to-online-store.
func (s *Server) feastWrite(w http.ResponseWriter, r *http.Request) {
	s.push(w, r, func(f *form) (*ingest.Request, error) {
		q := &ingest.Request{View: f.text("feature_view_name"), Rows: f.columns("df"), To: ingest.Online, Ack: f.text("ack")}
		if q.View == "" {
			f.fault("missing", "Field required", "feature_view_name")
		}
		f.flag("allow_registry_cache")
		f.flag("transform_on_write")
		return q, nil
	}, func() {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("null")) // a client that is gone needs no answer
	})
}

// push reads a request with decode, writes the rows and answers 200 with what reply writes. A failure of the store in
// the middle is 503: repeating the request, with its push_id, is safe.
func (s *Server) push(w http.ResponseWriter, r *http.Request, decode func(*form) (*ingest.Request, error), reply func()) {
	err := func() error {
		body, err := s.body(w, r)
		if err != nil {
			return err
		}
		f, kept := s.forms.Get().(*form)
		if !kept {
			f = &form{}
		}
		defer s.forms.Put(f)
		if err := f.read(string(body)); err != nil {
			return err
		}
		q, err := decode(f)
		if ferr := f.done(); ferr != nil {
			return ferr
		}
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(r.Context(), s.opt.Deadline)
		defer cancel()
		if _, err = s.store.Push(ctx, q); q.Source != "" && errs.CodeOf(err) == errs.NotFound {
			err = &pushSourceError{err}
		}
		return err
	}()
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	reply()
}
