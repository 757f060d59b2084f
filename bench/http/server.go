package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/bench/reads"
	"github.com/truepoint/truepoint/internal/listen"
)

// startOurs starts the binary on the first core.
func (b *bench) startOurs(ctx context.Context) (s *listen.Server, err error) {
	binary, err := filepath.Abs(b.binary)
	if err != nil {
		return nil, err
	}
	err = reads.OnCore(0, func() error {
		s, err = listen.Start(ctx, binary, b.repository.Dir, nil, nil)
		return err
	})
	return s, err
}

// serveHello is the yardstick: a server that reads the body and answers with a constant one of size bytes.
func serveHello(size int) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	body := []byte(strings.Repeat("x", size))
	length := []string{strconv.Itoa(size)}
	kind := []string{"application/json"}
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		w.Header()["Content-Type"], w.Header()["Content-Length"] = kind, length
		_, _ = w.Write(body)
	}))
}
