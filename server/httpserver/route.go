package httpserver

import (
	"net/http"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/openapi"
)

// An answer answers a request, once it has passed the checks that all requests pass.
type answer func(*Server, http.ResponseWriter, *http.Request)

// A route is an operation with what answers it.
type route struct {
	openapi.Operation
	answer answer
}

// A path is what the routes of one path share.
type path struct {
	methods map[string]answer
	role    access.Role // of all its methods; zero: everybody may
	span    string      // its name in traces; empty: it has no spans
}

// pathsOf returns routes by their path.
func pathsOf(routes []route) map[string]*path {
	out := map[string]*path{}
	for _, r := range routes {
		p := out[r.Path]
		if p == nil {
			p = &path{methods: map[string]answer{}}
			out[r.Path] = p
		}
		p.methods[r.Method], p.role = r.answer, max(p.role, r.Role)
		if r.Method == http.MethodPost {
			p.span = r.Method + " " + r.Path
		}
	}
	return out
}

// A step takes a request on its way to its route; p is nil where there is no such path.
type step func(w http.ResponseWriter, r *http.Request, p *path)

// routed returns what answers requests by a table of routes.
func (s *Server) routed(table []route) http.Handler {
	paths, first := pathsOf(table), s.traced(s.logged(s.guarded(s.route)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { first(w, r, paths[r.URL.Path]) })
}

// route has a request answered by the route of its path and method. HEAD is answered as GET. It is the last step.
func (s *Server) route(w http.ResponseWriter, r *http.Request, p *path) {
	if p == nil {
		s.refuse(w, r, errs.New(errs.NotFound, "Not Found"))
		return
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	a, ok := p.methods[method]
	if !ok {
		s.methodNotAllowed(w, r, p.methods)
		return
	}
	a(s, w, r)
}

// counts is GET /metrics.
func (s *Server) counts(w http.ResponseWriter, r *http.Request) {
	if s.opt.Metrics == nil {
		s.refuse(w, r, errs.New(errs.NotFound, "Not Found"))
		return
	}
	s.opt.Metrics.handler.ServeHTTP(w, r)
}

// describe is GET /openapi.json.
func (s *Server) describe(w http.ResponseWriter, r *http.Request) {
	document, err := Describe()
	if err != nil {
		s.refuse(w, r, errs.Wrap(err, errs.Internal, "the document cannot be written"))
		return
	}
	w.Header()["Content-Type"] = contentJSON
	_, _ = w.Write(document) // a client that is gone needs no answer
}

// Describe returns the OpenAPI document of the routes, which /openapi.json answers.
func Describe() ([]byte, error) {
	all := routes()
	operations := make([]openapi.Operation, len(all))
	for i := range all {
		operations[i] = all[i].Operation
	}
	return openapi.Document(operations)
}
