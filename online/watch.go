package online

import (
	"context"
	"time"
)

// An Op is a kind of call of a driver.
type Op string

// The calls that a Watcher is told of.
const (
	OpRead  Op = "read"
	OpWrite Op = "write"
)

// A Call is one that a Store had its driver make. A reading that callers share counts for each of them, with the time that
// it waited.
type Call struct {
	Op     Op
	Began  time.Time
	Tables int
	Keys   int // of all tables; of a read that asks for a key in several tables, once for each
	Shared int // of Keys: those that the store was asked for by another caller alone; 0 if it failed
	Err    error
}

// A Watcher is told of the calls of a driver, on the goroutine of their caller and with its context.
type Watcher interface {
	// Now returns the present moment, which becomes Call.Began: a Store reads no clock.
	Now() time.Time
	// Called is told of a call that has just ended. It must not block.
	Called(ctx context.Context, c Call)
}

// Watch has w told of the calls that read or write rows. It is called once, before the store is used.
func (s *Store) Watch(w Watcher) { s.watcher = w }

// began returns when a call begins, if anybody wants to know.
func (s *Store) began() time.Time {
	if s.watcher == nil {
		return time.Time{}
	}
	return s.watcher.Now()
}

// tell tells the watcher of a call that has ended.
func (s *Store) tell(ctx context.Context, c Call) {
	if s.watcher != nil {
		s.watcher.Called(ctx, c)
	}
}

// keysOf returns how many keys items ask for.
func keysOf(items []TableKeys) (n int) {
	for i := range items {
		n += len(items[i].Keys)
	}
	return n
}
