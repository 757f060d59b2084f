// Package memstate is the state driver that keeps records in memory: for tests and throw-away stores. It is the
// strictest driver: it copies what it takes and gives, and refuses calls after Close.
package memstate

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/state"
)

// A State is a state.Driver in memory.
type State struct {
	mu      sync.Mutex
	closed  bool
	records map[string]state.Record
	floor   int64 // versions of new records start above it: the greatest version ever deleted
}

// New returns an empty state.
func New() *State { return &State{records: map[string]state.Record{}} }

var (
	_ state.Driver  = (*State)(nil)
	_ state.Batcher = (*State)(nil)
)

func (s *State) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.closed {
		return errs.New(errs.FailedPrecondition, "the state is closed")
	}
	return nil
}

// Get implements state.Driver.
func (s *State) Get(ctx context.Context, key string) (state.Record, error) {
	if err := state.CheckKey(key); err != nil {
		return state.Record{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(ctx); err != nil {
		return state.Record{}, err
	}
	r, ok := s.records[key]
	if !ok {
		return state.Record{Key: key}, nil
	}
	r.Value = slices.Clone(r.Value)
	return r, nil
}

// CompareAndSwap implements state.Driver.
func (s *State) CompareAndSwap(ctx context.Context, key string, expected int64, value []byte) (int64, error) {
	if err := state.CheckKey(key); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	found := s.records[key].Version
	if found != expected {
		return 0, state.Conflict(key, expected, found)
	}
	return s.put(key, value), nil
}

// put stores a value under the next version of its key, which it returns. s.mu is held.
func (s *State) put(key string, value []byte) int64 {
	next := s.records[key].Version + 1
	if next == 1 {
		next = s.floor + 1
	}
	s.records[key] = state.Record{Key: key, Value: append([]byte{}, value...), Version: next}
	return next
}

// SwapAll implements state.Batcher.
func (s *State) SwapAll(ctx context.Context, swaps []state.Swap) (versions []int64, refused []int, err error) {
	if err := state.CheckSwaps(swaps); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(ctx); err != nil {
		return nil, nil, err
	}
	for i, w := range swaps {
		if s.records[w.Key].Version != w.Expected {
			refused = append(refused, i)
		}
	}
	if len(refused) > 0 {
		return nil, refused, nil
	}
	versions = make([]int64, len(swaps))
	for i, w := range swaps {
		versions[i] = s.put(w.Key, w.Value)
	}
	return versions, nil, nil
}

// Delete implements state.Driver.
func (s *State) Delete(ctx context.Context, key string, expected int64) error {
	if err := state.CheckKey(key); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(ctx); err != nil {
		return err
	}
	found := s.records[key].Version
	if found != expected {
		return state.Conflict(key, expected, found)
	}
	s.floor = max(s.floor, found)
	delete(s.records, key)
	return nil
}

// List implements state.Driver.
func (s *State) List(ctx context.Context, prefix string) ([]state.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	var out []state.Record
	for _, key := range slices.Sorted(maps.Keys(s.records)) {
		if strings.HasPrefix(key, prefix) {
			r := s.records[key]
			r.Value = slices.Clone(r.Value)
			out = append(out, r)
		}
	}
	return out, nil
}

// Code implements state.Driver.
func (s *State) Code(err error) errs.Code { return errs.CodeOf(err) }

// Close implements state.Driver. It may be called again.
func (s *State) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}
