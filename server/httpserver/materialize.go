package httpserver

import (
	"context"
	"net/http"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/materialize"
)

// feastMaterialize is POST /materialize.
func (s *Server) feastMaterialize(w http.ResponseWriter, r *http.Request) {
	s.materialize(w, r, func(f *form) *materialize.Request {
		q := &materialize.Request{Mode: materialize.Interval, Start: required(f, "start_ts"), End: required(f, "end_ts")}
		if f.flag("disable_event_timestamp") {
			f.fault("value_error", "is not supported; give the interval", "disable_event_timestamp")
		}
		return q
	})
}

// feastIncremental is POST /materialize-incremental.
func (s *Server) feastIncremental(w http.ResponseWriter, r *http.Request) {
	s.materialize(w, r, func(f *form) *materialize.Request {
		return &materialize.Request{Mode: materialize.Incremental, Start: eventtime.None, End: required(f, "end_ts")}
	})
}

func required(f *form, name string) eventtime.Instant {
	i := f.instant(name)
	if !f.has(name) {
		f.fault("missing", "Field required", name)
	}
	return i
}

// materialize reads a request with decode and runs it: to its end, answering null, or with ?async=true in the
// background, answering 202. A view that is being materialized already is 409.
func (s *Server) materialize(w http.ResponseWriter, r *http.Request, decode func(*form) *materialize.Request) {
	body, err := s.body(w, r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	f, err := newForm(body)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	q := decode(f)
	q.Views = f.texts("feature_views")
	f.flag("full_feature_names")
	if f.text("version") != "" {
		f.fault("value_error", "is not supported", "version")
	}
	if err := f.done(); err != nil {
		s.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if a := r.URL.Query().Get("async"); a == "true" || a == "1" {
		s.inBackground(q)
		w.WriteHeader(http.StatusAccepted)
		writeJSON(w, map[string]any{"status": "accepted", "feature_views": nonNil(q.Views)})
		return
	}
	if err := s.waitMaterialize(r.Context(), q); err != nil {
		if c := errs.CodeOf(err); c == errs.Aborted || c == errs.AlreadyExists {
			w.WriteHeader(http.StatusConflict)
			writeJSON(w, map[string]any{"error": errs.Tell(err).String(), "feature_views": nonNil(q.Views)})
			return
		}
		s.refuse(w, r, err)
		return
	}
	_, _ = w.Write([]byte("null"))
}

func nonNil(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}

// runMaterialize runs q and returns the first failure of its views.
func (s *Server) runMaterialize(ctx context.Context, q *materialize.Request) error {
	report, err := s.store.Materialize(ctx, q)
	if report == nil {
		return err
	}
	s.opt.Metrics.materialized(report)
	for _, v := range report.Views {
		if v.Err != nil {
			return v.Err
		}
	}
	return err
}

// waitMaterialize runs q until it is done, the client leaves or the server stops: a run that is stopped is continued by
// the same request.
func (s *Server) waitMaterialize(ctx context.Context, q *materialize.Request) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life(), cancel)()
	return s.runMaterialize(ctx, q)
}

func (s *Server) life() context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lifetime
}

// inBackground runs q until it is done or the server stops.
func (s *Server) inBackground(q *materialize.Request) {
	ctx := s.life()
	s.background.Go(func() {
		if err := s.runMaterialize(ctx, q); err != nil {
			s.opt.Log.Error("materialization failed", "error", err.Error())
		}
	})
}
