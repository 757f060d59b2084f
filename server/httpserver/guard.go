package httpserver

import (
	"errors"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/server/access"
)

// guarded closes connections whose framing is open to doubt, and refuses callers without the token that a route wants, and
// what a browser on another site could send: requests across origins, and, unless others may call at all, requests that name
// a host which is not this machine (DNS rebinding).
func (s *Server) guarded(next step) step {
	cross := http.NewCrossOriginProtection()
	return func(w http.ResponseWriter, r *http.Request, p *path) {
		repeatID(w, r)
		if len(r.TransferEncoding) > 0 { // perhaps beside a length, which net/http hides: RFC 9112, 6.1
			w.Header().Set("Connection", "close")
		}
		if !s.open() && !access.Loopback(r.Host) && !overSocket(r) {
			s.refuse(w, r, errs.New(errs.PermissionDenied, "this server answers for the local machine only").WithID("T0803"))
			return
		}
		if err := cross.Check(r); err != nil {
			s.refuse(w, r, errs.New(errs.PermissionDenied, "requests from other sites are refused").WithID("T0804"))
			return
		}
		if err := s.allowed(w, r, p); err != nil {
			s.refuse(w, r, err)
			return
		}
		next(w, r, p)
	}
}

// unixNetwork is what net calls Unix sockets.
const unixNetwork = "unix"

// overSocket reports whether a request came over a Unix socket, where no browser can send it, whatever host it names.
func overSocket(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && local.Network() == unixNetwork
}

// open reports whether requests from other machines are answered.
func (s *Server) open() bool { return s.opt.Insecure || s.opt.Tokens != nil }

// Listen binds an address. Errors: those of access.Bind.
func (s *Server) Listen(address string) (net.Listener, error) { return access.Bind(address, s.open()) }

// allowed returns nil if the caller of a route may call it.
func (s *Server) allowed(w http.ResponseWriter, r *http.Request, p *path) error {
	role := access.Read
	if p != nil {
		role = p.role
	}
	if role == 0 { // whether the server lives is for everybody
		return nil
	}
	authorization := ""
	if all := r.Header["Authorization"]; len(all) == 1 {
		authorization = all[0]
	}
	err := s.opt.Tokens.Check(authorization, role)
	if errs.CodeOf(err) == errs.Unauthenticated {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	return err
}

// body reads a JSON body within its limits of size and time. Errors: those of errorWith, 415, 413 and 408.
func (s *Server) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return s.read(w, r, nil)
}

// read is body into the memory of dst.
func (s *Server) read(w http.ResponseWriter, r *http.Request, dst []byte) ([]byte, error) {
	if !isJSON(r.Header.Get("Content-Type")) {
		return dst, errorWith(http.StatusUnsupportedMediaType, "T0807", "the content type must be application/json (curl: -H 'Content-Type: application/json')")
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return dst, errorWith(http.StatusUnsupportedMediaType, "T0808", "the content encoding must be identity")
	}
	connection := http.NewResponseController(w) // without deadlines where nothing listens, as in tests of a handler
	_ = connection.SetReadDeadline(time.Now().Add(s.opt.Deadline))
	b, err := readAll(http.MaxBytesReader(w, r.Body, s.opt.BodyBytesMax), dst[:0])
	switch {
	case err == nil:
		_ = connection.SetReadDeadline(time.Time{})
		return b, nil
	case errors.As(err, new(*http.MaxBytesError)):
		return b, errorWith(http.StatusRequestEntityTooLarge, "T0809", "the body is longer than the limit")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return b, errorWith(http.StatusRequestTimeout, "T0811", "the body did not arrive within "+s.opt.Deadline.String())
	}
	return b, errs.Wrap(err, errs.InvalidArgument, "the body cannot be read").WithID("T0810")
}

// isJSON reports whether a content type is application/json, whatever its parameters.
func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == "application/json"
}

// readAll appends what r has to dst.
func readAll(r io.Reader, dst []byte) ([]byte, error) {
	for {
		dst = slices.Grow(dst, 512)
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		switch {
		case errors.Is(err, io.EOF):
			return dst, nil
		case err != nil:
			return dst, err
		}
	}
}

func (s *Server) methodNotAllowed(w http.ResponseWriter, r *http.Request, methods map[string]answer) {
	allow := slices.Sorted(maps.Keys(methods))
	w.Header().Set("Allow", strings.Join(allow, ", "))
	s.refuse(w, r, errorWith(http.StatusMethodNotAllowed, "", "Method Not Allowed"))
}

// logged writes the access log, if there is one. No keys, values or bodies.
func (s *Server) logged(next step) step {
	if !s.opt.AccessLog {
		return next
	}
	return func(w http.ResponseWriter, r *http.Request, p *path) {
		began := time.Now()
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next(seen, r, p)
		s.opt.Log.LogAttrs(r.Context(), accessLevel, "request", accessAttrs(r, seen, time.Since(began))...)
	}
}
