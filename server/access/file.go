package access

import (
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/truepoint/truepoint/errs"
)

// lookEvery is how often a file is looked at, at most.
const lookEvery = time.Second

// A watched is what was read from files that may change while they are used. A change counts from its next use on, at the
// latest a second after it; files that cannot be read then leave what was there, and are told in the log.
type watched[T any] struct {
	paths []string
	read  func() (T, error)
	log   *slog.Logger

	now    atomic.Pointer[T]
	looked atomic.Int64 // nanoseconds since 1970

	mu    sync.Mutex // guards what follows
	stamp stamp
}

// A stamp tells whether files are those that were read.
type stamp [2]struct {
	changed time.Time
	bytes   int64
}

// watch reads files for the first time. Errors: those of read.
func watch[T any](log *slog.Logger, read func() (T, error), paths ...string) (*watched[T], error) {
	w := &watched[T]{paths: paths, read: read, log: log}
	w.stamp = w.look()
	v, err := read()
	if err != nil {
		return nil, err
	}
	w.now.Store(&v)
	w.looked.Store(time.Now().UnixNano())
	return w, nil
}

// get returns what the files say.
func (w *watched[T]) get() T {
	if last := w.looked.Load(); time.Now().UnixNano()-last >= int64(lookEvery) && w.looked.CompareAndSwap(last, time.Now().UnixNano()) {
		w.refresh()
	}
	return *w.now.Load()
}

// refresh reads the files anew if they changed.
func (w *watched[T]) refresh() {
	w.mu.Lock()
	defer w.mu.Unlock()
	is := w.look()
	if is == w.stamp {
		return
	}
	w.stamp = is
	v, err := w.read()
	if err != nil {
		w.log.Error("a changed file cannot be used; what was read before counts on", "file", w.paths[0], "error", errs.Tell(err).String())
		return
	}
	w.now.Store(&v)
}

// look returns the stamp of the files; a file that is not there has none.
func (w *watched[T]) look() (s stamp) {
	for i, p := range w.paths {
		if f, err := os.Stat(p); err == nil {
			s[i].changed, s[i].bytes = f.ModTime(), f.Size()
		}
	}
	return s
}
