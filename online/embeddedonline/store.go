package embeddedonline

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

// A backend is one way to reach the cells of a directory: to own it, or to ask the process that does.
type backend interface {
	GetBatch(ctx context.Context, items []online.TableKeys) error
	PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error)
	// scan is Scan that starts behind the key after; nil starts at the first.
	scan(ctx context.Context, table string, after []byte, yield func(online.Cell) bool) error
	Tables(ctx context.Context) ([]string, error)
	Drop(ctx context.Context, table string) error
	// expire is Expire of online.Expirer. After errOwnerGone it returns 0: it may be repeated, and finds what is left.
	expire(ctx context.Context, table string, cells []online.Cell) (int64, error)
	Close() error
}

// errOwnerGone says that the process which owned the directory went away before it answered. The call may have been
// carried out; every call may be repeated.
var errOwnerGone = errors.New("embeddedonline: the owner of the directory went away")

// A Store is the online.Driver of a directory. Many Stores, in one process or several, may be open on one directory;
// each sees at once what the others wrote. It is safe for concurrent use.
type Store struct {
	dir string
	opt *Options
	// turn holds one token, which guards here and closed. A channel, because waiting for it must end with a context.
	turn   chan struct{}
	here   backend // nil after the owner vanished
	closed bool
	stamps atomic.Pointer[online.Stamps] // of here if it owns the directory
}

var (
	_ online.Driver  = (*Store)(nil)
	_ online.Stamper = (*Store)(nil)
)

// Open opens the store in dir, which is made if it does not exist. If another process owns the directory, calls are
// handed to it.
//
// Errors: FailedPrecondition for a directory that holds something else (IDNotOurs), was written by a newer version, or
// is owned by another version of this program; DataLoss for damaged files; Unavailable when the owner does not answer
// within Options.Patience; PermissionDenied.
func Open(ctx context.Context, dir string, opt *Options) (*Store, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, errs.Wrap(err, errs.InvalidArgument, "open online store %s", dir)
	}
	s := &Store{dir: absolute, opt: opt.withDefaults(), turn: make(chan struct{}, 1)}
	if err := s.acquire(ctx); err != nil {
		return nil, classified(err, "open online store %s", dir)
	}
	return s, nil
}

// acquire makes a backend the present one. The caller has the turn, or is alone.
func (s *Store) acquire(ctx context.Context) error {
	b, err := acquire(ctx, s.dir, s.opt)
	if err != nil {
		return err
	}
	s.here = b
	if o, ok := b.(*owner); ok {
		s.stamps.Store(o.stamps)
	}
	return nil
}

// Stamps implements online.Stamper: those of the owner, through which every write passes, and nil in all other processes.
func (s *Store) Stamps() *online.Stamps { return s.stamps.Load() }

// Owner reports whether this Store owns the directory at present.
func (s *Store) Owner() bool {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	_, ok := s.here.(*owner)
	return ok
}

// takeoversMax bounds how often one call is repeated because owners vanished.
const takeoversMax = 10

// call runs do against the present backend, again after each takeover.
func (s *Store) call(ctx context.Context, do func(backend) error) error {
	for range takeoversMax {
		b, err := s.backend(ctx)
		if err != nil {
			return err
		}
		if err = do(b); !errors.Is(err, errOwnerGone) {
			return err
		}
		if err := s.forget(ctx, b); err != nil {
			return err
		}
	}
	return errs.New(errs.Unavailable, "online store %s: its owner went away %d times during one call", s.dir, takeoversMax).WithID("T0604").
		WithHint("look for the process that opens it and fails, then try again")
}

// backend returns the present backend; after the owner vanished it becomes owner or finds the next one.
func (s *Store) backend(ctx context.Context) (backend, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.closed {
		return nil, errClosed
	}
	if s.here == nil {
		if err := s.acquire(ctx); err != nil {
			return nil, err
		}
	}
	return s.here, nil
}

// forget gives up a backend whose owner vanished.
func (s *Store) forget(ctx context.Context, b backend) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.here != b {
		return nil
	}
	s.here = nil
	return b.Close()
}

// GetBatch implements online.Driver.
func (s *Store) GetBatch(ctx context.Context, items []online.TableKeys) error {
	return s.call(ctx, func(b backend) error { return b.GetBatch(ctx, items) })
}

// PutBatch implements online.Driver. Superseded is always online.Unknown. Batches of 50,000 cells and more are loaded
// as sorted tables, at several times the speed of smaller ones.
func (s *Store) PutBatch(ctx context.Context, table string, cells []online.Cell) (r online.PutResult, err error) {
	err = s.call(ctx, func(b backend) error {
		r, err = b.PutBatch(ctx, table, cells)
		return err
	})
	return r, err
}

// Scan implements online.Driver. It goes on behind the last cell when the owner vanishes.
func (s *Store) Scan(ctx context.Context, table string, yield func(online.Cell) bool) error {
	var after []byte
	return s.call(ctx, func(b backend) error {
		return b.scan(ctx, table, after, func(c online.Cell) bool {
			if after == nil {
				after = make([]byte, 0, 64) // not nil, also behind the empty key
			}
			after = append(after[:0], c.Key...)
			return yield(c)
		})
	})
}

// Tables implements online.Driver.
func (s *Store) Tables(ctx context.Context) (names []string, err error) {
	err = s.call(ctx, func(b backend) error {
		names, err = b.Tables(ctx)
		return err
	})
	return names, err
}

// Drop implements online.Driver.
func (s *Store) Drop(ctx context.Context, table string) error {
	return s.call(ctx, func(b backend) error { return b.Drop(ctx, table) })
}

// Code implements online.Driver.
func (s *Store) Code(err error) errs.Code { return codeOf(err) }

// Close waits for the calls that run. An owner also finishes what other processes handed it, at most for
// Options.Grace, and gives the directory up. A second Close does nothing.
func (s *Store) Close() error {
	s.turn <- struct{}{}
	b := s.here
	s.here, s.closed = nil, true
	s.stamps.Store(nil)
	<-s.turn
	if b == nil {
		return nil
	}
	return b.Close()
}

// acquire becomes the owner of dir or finds it, with patience for one that starts or ends at this moment.
func acquire(ctx context.Context, dir string, opt *Options) (backend, error) {
	if _, err := inspect(dir); err != nil {
		return nil, err
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, opt.Patience)
	defer cancel()
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		l, err := tryLock(dir)
		if err != nil {
			return nil, err
		}
		if l != nil {
			return own(dir, l, opt)
		}
		c, err := dial(waiting, dir)
		if err == nil {
			return c, nil
		}
		if waiting.Err() == nil && !errors.Is(err, errOwnerGone) {
			return nil, err
		}
		select {
		case <-time.After(pause):
		case <-waiting.Done():
			return nil, silent(ctx, dir, opt.Patience)
		}
	}
}

// silent is the error for an owner that does not answer: that of ctx if it ended.
func silent(ctx context.Context, dir string, patience time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	who := "another process"
	if a, ok := announced(dir); ok {
		who = "process " + itoa(a.pid)
	}
	return errs.New(errs.Unavailable, "online store %s is owned by %s, which did not answer within %s", dir, who, patience).WithID("T0603").
		WithHint("wait until it has finished, or end it")
}

// makeDir makes dir private to this user; its parents are ordinary directories.
func makeDir(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// codeOf classifies what the file system, Pebble and the socket say.
func codeOf(err error) errs.Code {
	switch {
	case errs.CodeOf(err) != errs.Unknown:
		return errs.CodeOf(err)
	case errors.Is(err, errClosed), errors.Is(err, pebble.ErrClosed):
		return errs.FailedPrecondition
	case pebble.IsCorruptionError(err):
		return errs.DataLoss
	case errors.Is(err, errOwnerGone), errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return errs.Unavailable
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.ResourceExhausted
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return errs.PermissionDenied
	}
	return errs.Internal
}

// classified gives err its code unless it has one.
func classified(err error, format string, args ...any) error {
	var e *errs.Error
	if errors.As(err, &e) {
		return err
	}
	w := errs.Wrap(err, codeOf(err), format, args...)
	if w.Code == errs.DataLoss {
		w = w.WithHint("the files are damaged: move the directory away and materialize again")
	}
	return w
}
