package objectstore

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"

	"gocloud.dev/blob"

	"github.com/truepoint/truepoint/errs"
)

// A Condition says when a write may happen.
type Condition struct {
	absent  bool
	version *Version
}

// Always lets a write replace whatever is there.
func Always() Condition { return Condition{} }

// Absent lets a write happen only where there is no object.
func Absent() Condition { return Condition{absent: true} }

// Unchanged lets a write happen only if the object still is the version that was read.
func Unchanged(v Version) Condition { return Condition{version: &v} }

// writeBuffer is how much of an object is sent in one request.
const writeBuffer = 8 << 20

// Put writes an object, whole or not at all, durably, and returns when everybody sees it.
//
// Errors: Aborted if the condition does not hold, unless the object holds just these bytes: that was we, in an attempt
// whose answer got lost. So writers that must not be mistaken for each other give their bodies something of their own.
func (s *Store) Put(ctx context.Context, key string, body []byte, when Condition) error {
	err := s.put(ctx, key, body, when)
	if err == nil {
		return nil
	}
	if code := codeOf(err); when == Always() || code != errs.FailedPrecondition && code != errs.AlreadyExists && code != errs.NotFound {
		return s.failed(err, "write", key)
	}
	found, _, again := s.Read(ctx, key, int64(len(body)))
	switch errs.CodeOf(again) {
	case errs.OK:
		if bytes.Equal(found, body) {
			return nil
		}
	case errs.NotFound, errs.ResourceExhausted:
	default:
		return again
	}
	return errs.New(errs.Aborted, "%s was written by another process", s.Name(key))
}

func (s *Store) put(ctx context.Context, key string, body []byte, when Condition) error {
	opt := &blob.WriterOptions{ContentType: "application/octet-stream", IfNotExist: when.absent, BufferSize: writeBuffer}
	conditional := false
	if when.version != nil {
		opt.BeforeWrite = onlyWrite(*when.version, &conditional)
	}
	if s.emulated() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if when.version != nil {
			if now, err := s.Stat(ctx, key); err != nil || now.Tag != when.version.Tag {
				return errs.New(errs.FailedPrecondition, "another version")
			}
		}
	}
	err := s.bucket.Upload(ctx, key, bytes.NewReader(body), opt)
	if err == nil && when.version != nil && !conditional && !s.emulated() {
		return errs.New(errs.Internal, "%s was written without its condition", s.Name(key))
	}
	return err
}

// A Writer writes an object piece by piece. It appears with Commit, or never.
type Writer struct {
	pipe   *io.PipeWriter
	cancel context.CancelFunc
	sent   chan error // what became of the upload, once
	failed func(error) error
	done   bool
}

// errAborted is what an upload reads that was aborted.
var errAborted = errors.New("the upload was aborted")

// Create starts to write an object, replacing one that is there when it is committed. Call Commit or Abort. (The writers
// of gocloud.dev must not be closed after an error of Azure, so the upload reads from a pipe.)
func (s *Store) Create(ctx context.Context, key string) *Writer {
	ctx, cancel := context.WithCancel(ctx)
	r, pipe := io.Pipe()
	w := &Writer{pipe: pipe, cancel: cancel, sent: make(chan error, 1), failed: func(err error) error { return s.failed(err, "write", key) }}
	go func() {
		err := s.bucket.Upload(ctx, key, r, &blob.WriterOptions{ContentType: "application/octet-stream", BufferSize: writeBuffer})
		r.CloseWithError(cmp.Or(err, io.ErrClosedPipe))
		w.sent <- err
	}()
	return w
}

// Write implements io.Writer.
func (w *Writer) Write(p []byte) (int, error) {
	n, err := w.pipe.Write(p)
	if err != nil {
		err = w.failed(err)
	}
	return n, err
}

// Commit makes the object appear.
func (w *Writer) Commit() error {
	w.done = true
	defer w.cancel()
	w.pipe.Close()
	if err := <-w.sent; err != nil {
		return w.failed(err)
	}
	return nil
}

// Abort drops what was written. After Commit it does nothing.
func (w *Writer) Abort() {
	if !w.done {
		w.done = true
		w.cancel()
		w.pipe.CloseWithError(errAborted)
		<-w.sent
	}
}
