package httpserver

import (
	"net/http"
	"strconv"

	"github.com/truepoint/truepoint/errs"
)

// inFlightMax is the default of Options.InFlightMax.
const inFlightMax = 1024

// admit lets an online read whose body has arrived begin; leave ends it. Beyond Options.InFlightMax it is
// refused at once: waiting in line would make every answer late, and a client that tries again in a moment, or elsewhere,
// is served sooner. Errors: 503.
func (s *Server) admit() error {
	if s.running.Add(1) > int64(s.opt.InFlightMax) {
		s.leave()
		return &statusError{http.StatusServiceUnavailable, errs.New(errs.Unavailable, "the server already answers %d reads", s.opt.InFlightMax).
			WithID("T0812").WithHint("try again in a moment")}
	}
	return nil
}

// leave ends a read that was admitted.
func (s *Server) leave() { s.running.Add(-1) }

// retryAfter is how many seconds a client should wait that was refused because of load or a store that cannot answer.
const retryAfter = 1

// askBack sets the headers of a refusal that a client may try again.
func askBack(w http.ResponseWriter, status int) {
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
}

// requestID is the header by which a client finds its request in the logs of others.
const requestID = "X-Request-Id"

// requestIDBytesMax bounds an identifier that is repeated.
const requestIDBytesMax = 128

// repeatID repeats the identifier of a request in the answer, if it has one of printable ASCII without spaces.
func repeatID(w http.ResponseWriter, r *http.Request) {
	all := r.Header[requestID]
	if len(all) != 1 || len(all[0]) == 0 || len(all[0]) > requestIDBytesMax {
		return
	}
	for _, c := range []byte(all[0]) {
		if c <= ' ' || c > '~' {
			return
		}
	}
	w.Header()[requestID] = all
}
