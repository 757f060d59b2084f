package httpserver

import (
	"net/http"

	"github.com/truepoint/truepoint/errs"
)

// live is GET /livez: the process answers.
func (s *Server) live(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }

// health is GET /health, in Feast's form: 200 without a body when the server can answer reads, 503 otherwise. A project
// to which nothing was applied yet is healthy.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	status := http.StatusOK
	if err := s.store.Ready(r.Context()); err != nil && errs.CodeOf(err) != errs.FailedPrecondition {
		status = http.StatusServiceUnavailable
	}
	w.WriteHeader(status)
}

// ready is GET /readyz: 200 when definitions are loaded and the online store answers, else 503 with the reason.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if err := s.store.Ready(r.Context()); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		writeJSON(w, map[string]string{"status": errs.CodeOf(err).String(), "detail": errs.Tell(err).String()})
		return
	}
	writeJSON(w, map[string]string{"status": "ok"})
}
