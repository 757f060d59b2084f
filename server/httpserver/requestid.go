package httpserver

import "net/http"

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
