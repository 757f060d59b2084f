package httpserver

import (
	"net"
	"time"

	"github.com/truepoint/truepoint/serving"
)

// Count counts an answered request as the routes do.
func (m *Metrics) Count(r *serving.Rendering, took time.Duration) { m.rendered(r, took) }

// Joining and Joined are what serve listens and answers with where it does not encrypt.
func Joining(l net.Listener) net.Listener { return joiningListener{l} }

func Joined(c net.Conn) net.Conn { return &joiningConn{Conn: c} }
