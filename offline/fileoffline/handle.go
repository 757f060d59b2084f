package fileoffline

import (
	"container/list"
	"context"
	"io"
	"os"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/offline"
)

// A pool bounds the number of open files of a driver. Handles in use are never closed; idle ones are, oldest first,
// once there are more than max. Lock order: pool.mu alone; handles have no lock of their own.
type pool struct {
	mu   sync.Mutex
	max  int
	open int
	idle *list.List // of *handle, oldest first
}

func newPool(max int) *pool { return &pool{max: max, idle: list.New()} }

// A handle is one version of one file: what it was when the snapshot was taken. It implements file.
type handle struct {
	pool *pool
	abs  string
	name string // for messages
	stat os.FileInfo

	// Guarded by pool.mu.
	file   *os.File
	users  int
	spot   *list.Element // in pool.idle when open and unused
	closed bool
}

// take opens a file and notes which version it is.
func (p *pool) take(abs, name string) (*handle, error) {
	f, err := os.Open(abs)
	if err != nil {
		return nil, osError(err, "opening %s", name)
	}
	stat, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, osError(err, "opening %s", name)
	}
	h := &handle{pool: p, abs: abs, name: name, stat: stat, file: f}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open++
	p.rest(h)
	return h, nil
}

// rest makes h idle and closes the oldest idle files beyond the limit. The caller holds the lock.
func (p *pool) rest(h *handle) {
	h.spot = p.idle.PushBack(h)
	for p.open > p.max && p.idle.Len() > 0 {
		old := p.idle.Remove(p.idle.Front()).(*handle)
		old.spot = nil
		old.file.Close() // read only: nothing can be lost
		old.file = nil
		p.open--
	}
}

// Name returns what messages call the file.
func (h *handle) Name() string { return h.name }

// Size returns the size of the version.
func (h *handle) Size() int64 { return h.stat.Size() }

func (h *handle) version() (offline.File, error) {
	modified, err := eventtime.FromTime(h.stat.ModTime())
	return offline.File{Path: h.name, Size: h.Size(), Modified: modified}, err
}

// Acquire opens the file again if it was closed meanwhile. The function that it returns fails if the file was
// written to since the snapshot.
func (h *handle) Acquire(context.Context) (io.ReaderAt, func() error, error) {
	p := h.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if h.closed {
		return nil, nil, errs.New(errs.Internal, "the snapshot of %s is closed", h.name)
	}
	if h.spot != nil {
		p.idle.Remove(h.spot)
		h.spot = nil
	}
	if h.file == nil {
		if err := h.reopen(); err != nil {
			return nil, nil, err
		}
		p.open++
	}
	h.users++
	return h.file, h.release, nil
}

// reopen opens the file and makes sure that it is the same version. The caller holds the lock.
func (h *handle) reopen() error {
	f, err := os.Open(h.abs)
	if os.IsNotExist(err) {
		return h.changed("vanished")
	}
	if err != nil {
		return osError(err, "opening %s again", h.name)
	}
	stat, err := f.Stat()
	if err != nil || !h.same(stat) {
		f.Close()
		return h.changed("was replaced")
	}
	h.file = f
	return nil
}

// same reports whether stat is that of the version.
func (h *handle) same(stat os.FileInfo) bool {
	return os.SameFile(stat, h.stat) && stat.Size() == h.stat.Size() && stat.ModTime().Equal(h.stat.ModTime())
}

func (h *handle) changed(how string) error {
	return errs.New(errs.FailedPrecondition, "%s %s since the snapshot was taken", h.name, how).WithID("T0503").
		WithHint("run again, and replace files by renaming a finished one over them")
}

// release ends one use.
func (h *handle) release() error {
	p := h.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	stat, err := h.file.Stat()
	h.users--
	if h.users == 0 {
		if h.closed {
			h.file.Close()
			h.file = nil
			p.open--
		} else {
			p.rest(h)
		}
	}
	if err != nil || !h.same(stat) {
		return h.changed("was written to")
	}
	return nil
}

// close closes the file once nobody uses it.
func (h *handle) close() {
	p := h.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	h.closed = true
	if h.spot != nil {
		p.idle.Remove(h.spot)
		h.spot = nil
	}
	if h.file != nil && h.users == 0 {
		h.file.Close()
		h.file = nil
		p.open--
	}
}
