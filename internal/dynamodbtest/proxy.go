package dynamodbtest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A Proxy stands between a client and the server, counts calls, and answers in the server's place where it is told to.
type Proxy struct {
	Endpoint string

	mu     sync.Mutex
	counts map[string]int
	answer func(operation string, body []byte) (request []byte, reply *Reply)
}

// A Reply is what a proxy answers itself, or adds to.
type Reply struct {
	Status int
	Body   string
	Edit   func(body []byte) []byte // instead of Status and Body: changes the server's answer
}

// Throttled is the answer of a server that is asked too much.
func Throttled() *Reply {
	return &Reply{Status: http.StatusBadRequest, Body: `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow down"}`}
}

// NewProxy returns a proxy before the server of tests, which ends with the test.
func NewProxy(t testing.TB) *Proxy {
	t.Helper()
	to, err := url.Parse(Endpoint(t))
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{counts: map[string]int{}}
	s := httptest.NewServer(p.handler(to))
	t.Cleanup(s.Close)
	p.Endpoint = s.URL
	return p
}

// Answer makes the proxy ask f for each call: it returns the request to hand on, or a reply, or a reply that edits the
// server's. f may be called by several goroutines at once; nil hands everything on.
func (p *Proxy) Answer(f func(operation string, body []byte) ([]byte, *Reply)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = f
}

// Calls returns how often each operation was called since the last time it was asked.
func (p *Proxy) Calls() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.counts
	p.counts = map[string]int{}
	return out
}

func (p *Proxy) handler(to *url.URL) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client went away
		}
		p.mu.Lock()
		p.counts[operation]++
		answer := p.answer
		p.mu.Unlock()
		var reply *Reply
		if answer != nil {
			body, reply = answer(operation, body)
		}
		if reply != nil && reply.Edit == nil {
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.WriteHeader(reply.Status)
			io.WriteString(w, reply.Body)
			return
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		proxy := &httputil.ReverseProxy{Rewrite: func(q *httputil.ProxyRequest) { q.SetURL(to) }}
		if reply != nil {
			proxy.ModifyResponse = func(res *http.Response) error { return edit(res, reply.Edit) }
		}
		proxy.ServeHTTP(w, r)
	})
}

// edit changes the body of an answer and takes away its checksum.
func edit(res *http.Response, change func([]byte) []byte) error {
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	res.Body.Close()
	body = change(body)
	res.Body = io.NopCloser(bytes.NewReader(body))
	res.Header.Del("X-Amz-Crc32")
	res.Header.Set("Content-Length", strconv.Itoa(len(body)))
	res.ContentLength = int64(len(body))
	return nil
}
