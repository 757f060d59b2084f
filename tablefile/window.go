package tablefile

import (
	"io"

	"github.com/truepoint/truepoint/errs"
)

const (
	recordMax = 64 << 20 // longest record of a text file
	spanMax   = 16 << 20 // bytes after which a part of a text file ends
)

// A window slides over a text file.
type window struct {
	r     io.ReaderAt
	size  int64
	step  int   // bytes read at once
	at    int64 // position of buf[0] in the file
	buf   []byte
	start int // of what has not been consumed
}

// rest returns what has been read and not consumed, and whether the file ends with it.
func (w *window) rest() (b []byte, final bool) {
	return w.buf[w.start:], w.at+int64(len(w.buf)) == w.size
}

// position returns the position of rest in the file.
func (w *window) position() int64 { return w.at + int64(w.start) }

// grow reads the next bytes. Errors: ResourceExhausted when a record is longer than recordMax; those of the reader.
func (w *window) grow() error {
	kept := len(w.buf) - w.start
	if kept >= recordMax {
		return errs.New(errs.ResourceExhausted, "a record is longer than %d MiB", recordMax>>20).WithID("T0516").
			WithHint("check the quotes and line breaks of the file")
	}
	w.at += int64(w.start)
	more := min(int64(max(w.step, kept)), w.size-w.at-int64(kept))
	next := w.buf
	if cap(next) < kept+int(more) {
		next = make([]byte, kept+int(more))
	}
	next = next[:kept+int(more)]
	copy(next, w.buf[w.start:])
	w.buf, w.start = next, 0
	return readFull(w.r, next[kept:], w.at+int64(kept))
}

// readFull fills b from position at.
func readFull(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return errs.Wrap(err, errs.FailedPrecondition, "the file became shorter while it was read").WithID("T0503")
}
