package state

import (
	"context"
	"sync"

	"github.com/truepoint/truepoint/internal/together"
)

// A Shared is a Driver that reads a record once for all who ask for it at a time. A caller never gets what was read before
// it asked: it joins a reading that has not begun. Values may be shared and must not be changed.
type Shared struct {
	Driver
	work sync.WaitGroup

	mu      sync.Mutex
	reading map[string]*reading // by key, as long as somebody asks for it
}

// A reading is the line of those who ask for one record.
type reading struct {
	together.Line[struct{}, Record]
	callers int // guarded by the mu of Shared
}

// Share returns d with shared readings. Close closes d.
func Share(d Driver) *Shared { return &Shared{Driver: d, reading: map[string]*reading{}} }

var _ Driver = (*Shared)(nil)

// Get implements Driver.
func (s *Shared) Get(ctx context.Context, key string) (Record, error) {
	r := s.enter(key)
	defer s.leave(key, r)
	got, err := r.Do(ctx, struct{}{})
	got.Key = key
	return got, err
}

// Close implements Driver. It waits for readings that their callers left.
func (s *Shared) Close() error {
	s.work.Wait()
	return s.Driver.Close()
}

func (s *Shared) enter(key string) *reading {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.reading[key]
	if r == nil {
		r = &reading{}
		r.Running = &s.work
		r.Work = func(ctx context.Context, _ []struct{}) (Record, error) { return s.Driver.Get(ctx, key) }
		s.reading[key] = r
	}
	r.callers++
	return r
}

func (s *Shared) leave(key string, r *reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.callers--; r.callers == 0 {
		delete(s.reading, key)
	}
}
