package httpserver

import (
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/truepoint/truepoint/server/tracing"
)

const accessLevel = slog.LevelInfo

// statusWriter remembers what was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader remembers the status.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (w *statusWriter) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// ReadFrom has net/http write all that comes from src at once, as Write has for what is in one piece.
func (w *statusWriter) ReadFrom(src io.Reader) (int64, error) {
	n, err := io.Copy(w.ResponseWriter, src)
	w.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func accessAttrs(r *http.Request, w *statusWriter, took time.Duration) []slog.Attr {
	attrs := []slog.Attr{slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", w.status),
		slog.Int64("bytes", w.bytes), slog.Duration("took", took), slog.String("remote", r.RemoteAddr), slog.String("request_id", w.Header().Get(requestID))}
	if id := tracing.ID(r.Context()); id != "" {
		attrs = append(attrs, slog.String("trace_id", id))
	}
	return attrs
}
