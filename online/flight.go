package online

import (
	"context"
	"strings"
	"time"
)

// A lane is the shared readings of one list of tables. Callers of other tables neither wait for them nor fail with them.
type lane struct {
	next    *flight // takes keys until it begins; nil: there is none
	running int
}

// A flight is one shared reading.
type flight struct {
	tables  string // the lane's name
	items   []TableKeys
	places  []map[string]int // per item: the place of a key
	keys    int
	callers int // who wait for it; guarded by sharing.mu

	ctx    context.Context // ends when nobody waits any more
	cancel context.CancelFunc
	done   chan struct{} // closed when rows and err are there
	err    error
}

// join adds the hot keys of items to the next flight over their tables, which begins at once if none is running, and counts
// those that were there already. It returns nil if the next flight has keys already and no room for them.
func (s *sharing) join(items []TableKeys, hot [][]int) (f *flight, shared int) {
	tables := laneName(items)
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lanes[tables]
	if l == nil {
		l = &lane{}
		s.lanes[tables] = l
	}
	n := 0
	for i := range hot {
		n += len(hot[i])
	}
	if l.next == nil {
		l.next = newFlight(tables, items)
	}
	f = l.next
	if f.keys > 0 && f.keys+n > flightKeysMax {
		return nil, 0
	}
	shared = f.add(items, hot)
	f.callers++
	if l.running == 0 {
		s.begin(l)
	}
	return f, shared
}

// laneName names the lane of readings of the tables of items. No name of a table has a zero byte.
func laneName(items []TableKeys) string {
	names := make([]string, len(items))
	for i := range items {
		names[i] = items[i].Table
	}
	return strings.Join(names, "\x00")
}

func newFlight(tables string, items []TableKeys) *flight {
	f := &flight{tables: tables, items: make([]TableKeys, len(items)), places: make([]map[string]int, len(items)), done: make(chan struct{})}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	for i := range items {
		f.items[i].Table, f.places[i] = items[i].Table, map[string]int{}
	}
	return f
}

// add adds the hot keys of items that are not there yet, and counts those that are. It copies them, because their caller may
// leave.
func (f *flight) add(items []TableKeys, hot [][]int) (shared int) {
	for i := range hot {
		t := &f.items[i]
		for _, k := range hot[i] {
			text := string(items[i].Keys[k])
			if _, there := f.places[i][text]; there {
				shared++
				continue
			}
			f.places[i][text] = len(t.Keys)
			t.Keys = append(t.Keys, []byte(text))
			f.keys++
		}
	}
	return shared
}

// begin sends the next flight of a lane on its way. s.mu is held.
func (s *sharing) begin(l *lane) {
	f := l.next
	l.next = nil
	l.running++
	for i := range f.items {
		f.items[i].Rows = make([][]byte, len(f.items[i].Keys))
	}
	s.flights.Go(func() {
		f.err = s.driver.GetBatch(f.ctx, f.items)
		f.cancel()
		close(f.done)
		s.mu.Lock()
		defer s.mu.Unlock()
		l.running--
		if l.next != nil && l.running == 0 {
			s.begin(l)
		}
		s.sweep(f.tables, l)
	})
}

// sweep forgets a lane that has no flight. s.mu is held.
func (s *sharing) sweep(tables string, l *lane) {
	if l.next == nil && l.running == 0 {
		delete(s.lanes, tables)
	}
}

// wait returns when a flight has ended, with its error, or with that of ctx when ctx ends. A flight that has not begun after
// flightPatience begins then.
func (s *sharing) wait(ctx context.Context, f *flight) error {
	patience := time.NewTimer(flightPatience)
	defer patience.Stop()
	for {
		select {
		case <-f.done:
			return f.err
		case <-ctx.Done():
			s.leave(f)
			return ctx.Err()
		case <-patience.C:
			s.mu.Lock()
			if l := s.lanes[f.tables]; l != nil && l.next == f {
				s.begin(l)
			}
			s.mu.Unlock()
		}
	}
}

// leave takes a caller off a flight. One for which nobody waits any more ends, or never begins.
func (s *sharing) leave(f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.callers--; f.callers > 0 {
		return
	}
	f.cancel()
	if l := s.lanes[f.tables]; l != nil && l.next == f {
		l.next = nil
		s.sweep(f.tables, l)
	}
}

// copyTo gives items the rows of their hot keys.
func (f *flight) copyTo(items []TableKeys, hot [][]int) {
	for i := range hot {
		for _, k := range hot[i] {
			items[i].Rows[k] = f.items[i].Rows[f.places[i][string(items[i].Keys[k])]]
		}
	}
}
