package httpserver

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/server/admission"
)

// A statusError is an error whose HTTP status is not that of a code.
type statusError struct {
	status int
	err    *errs.Error
}

// Error returns the message.
func (e *statusError) Error() string { return e.err.Message }

// Unwrap returns the coded error.
func (e *statusError) Unwrap() error { return e.err }

func errorWith(status int, id, message string) error {
	return &statusError{status, errs.New(errs.InvalidArgument, "%s", message).WithID(id)}
}

// statusOf returns the HTTP status for err outside the routes' special cases.
func statusOf(err error) int {
	var s *statusError
	if errors.As(err, &s) {
		return s.status
	}
	return errs.CodeOf(err).HTTP()
}

// refuse answers with an error in the form of the route: problem details under /v1, Feast's form elsewhere. What is
// internal is logged, and told without details; what may go better later says when to try again.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) int {
	status := statusOf(err)
	var shape *shapeError
	if errors.As(err, &shape) {
		status = http.StatusBadRequest
	}
	if status >= 500 && errs.CodeOf(err) != errs.Unavailable {
		s.opt.Log.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "error", err.Error())
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", strconv.Itoa(int(admission.RetryAfter/time.Second)))
	}
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		writeProblem(w, status, err)
		return status
	}
	return writeFeast(w, status, err)
}

// A problem is the body of RFC 9457 with our members.
type problem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail"`
	Code   string       `json:"code"`
	Hint   string       `json:"hint,omitempty"`
	Errors []problemOne `json:"errors,omitempty"`
}

type problemOne struct {
	ID     string `json:"id,omitempty"`
	Path   string `json:"path,omitempty"`
	Detail string `json:"detail"`
	Hint   string `json:"hint,omitempty"`
}

func writeProblem(w http.ResponseWriter, status int, err error) {
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: errs.CodeOf(err).String()}
	var shape *shapeError
	switch {
	case errors.As(err, &shape):
		p.Code, p.Detail = errs.InvalidArgument.String(), shape.Error()
		for _, f := range shape.faults {
			p.Errors = append(p.Errors, problemOne{Path: strings.Join(f.path, "."), Detail: f.text})
		}
	default:
		all := errs.Tell(err)
		p.Detail, p.Hint = all[0].Message, all[0].Hint
		if all[0].ID != "" {
			p.Type = "urn:truepoint:error:" + all[0].ID
		}
		for _, e := range all {
			p.Errors = append(p.Errors, problemOne{ID: e.ID, Detail: e.Message, Hint: e.Hint})
		}
		if len(all) == 1 {
			p.Errors = nil
		}
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	writeJSON(w, p)
}

func writeJSON(w http.ResponseWriter, v any) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the client is gone; nobody is left to tell
}
