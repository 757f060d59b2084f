package httpserver

import (
	"net/http"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"github.com/truepoint/truepoint/server/tracing"
)

// The headers of a trace context, as net/http spells them.
const (
	parentHeader = "Traceparent"
	stateHeader  = "Tracestate"
)

// traced makes spans of requests to next that are sampled, unless nobody wants any. Requests such as those about health
// have none. The answer names the span to whoever asked.
func (s *Server) traced(next step) step {
	if s.opt.Tracer == nil {
		return next
	}
	return func(w http.ResponseWriter, r *http.Request, p *path) {
		if p == nil || p.span == "" || s.opt.Tracer.Passes(parentOf(r.Header)) {
			next(w, r, p)
			return
		}
		ctx, span := s.opt.Tracer.Start(r.Context(), callerOf(r.Header), p.span)
		if span == nil {
			next(w, r, p)
			return
		}
		defer span.End()
		w.Header().Set(parentHeader, span.Parent())
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next(seen, r.WithContext(ctx), p)
		span.Set(attribute.String("http.request.method", r.Method), attribute.String("http.route", r.URL.Path),
			attribute.Int("http.response.status_code", seen.status), attribute.Int64("http.response.body.size", seen.bytes))
		if seen.status >= http.StatusInternalServerError {
			span.Fail(strconv.Itoa(seen.status))
		}
	}
}

// parentOf returns the trace context of a request, "" if it has none or several.
func parentOf(h http.Header) string {
	if p := h[parentHeader]; len(p) == 1 {
		return p[0]
	}
	return ""
}

// callerOf returns the trace context of a request and its state.
func callerOf(h http.Header) tracing.Caller {
	return tracing.Caller{Parent: parentOf(h), State: strings.Join(h[stateHeader], ",")}
}
