package httpserver

import (
	"net"
	"net/http"
	"time"

	"github.com/truepoint/truepoint/serving"
)

// A Tally is what a route keeps of its last answer.
type Tally = tally

// Count counts an answered request as the routes do.
func (m *Metrics) Count(r *serving.Rendering, took time.Duration, t *Tally) { m.rendered(r, took, t) }

// Joining and Joined are what serve listens and answers with where it does not encrypt.
func Joining(l net.Listener) net.Listener { return joiningListener{l} }

func Joined(c net.Conn) net.Conn { return &joiningConn{Conn: c} }

// Send and WithConn are how online reads are answered.
func Send(w http.ResponseWriter, r *http.Request, parts [][]byte) { send(w, r, parts) }

var WithConn = withConn

// Counting returns w as the access log sees it.
func Counting(w http.ResponseWriter) http.ResponseWriter { return &statusWriter{ResponseWriter: w} }

// HoldNext is holdNext of what Joined returned.
func HoldNext(c net.Conn) { c.(*joiningConn).holdNext() }
