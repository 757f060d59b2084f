// Package together does the work of callers that come at once in one go, as a database commits a group of transactions with
// one write to the disk. The first caller waits for nobody; those who come while its work is done are the next group.
package together

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Bounds of how long a line waits for callers who are expected, and how many times as long for those who are busy.
const (
	patience = 500 * time.Microsecond
	yields   = 4
)

// A Line does the work of groups of callers, one group after the other. Its exported members are set before it is used. It
// must not be copied.
type Line[T, R any] struct {
	// Work does the work of a group: items in the order in which they came. It is called by one goroutine at a time. Its
	// context has no values and ends when all who brought an item have left.
	Work func(ctx context.Context, items []T) (R, error)
	// Running counts what the line has under way. It outlives callers who left, so whoever closes what Work uses waits.
	Running *sync.WaitGroup
	// Size and Most bound a group: the sizes of its items are at most Most together, unless it has one item alone. Without
	// Size nothing does.
	Size func(T) int
	Most int
	// Gathers says that a group waits for callers who may come again, until as many are there as were in the group before
	// it and had come when that ended, for half a millisecond at most. A caller who is alone waits for nobody.
	Gathers bool
	// Yields says that a group also waits while others who have entered are busy with what they came for, for two
	// milliseconds at most. It is for a process with one processor: a call of the system that blocks, such as a write to the
	// disk, may keep that from them for 10 ms, until Go's scheduler takes it away.
	Yields bool

	mu       sync.Mutex
	waiting  []*group[T, R] // in order; the last takes items as long as there is room
	busy     bool           // a goroutine runs the line
	expected int            // members of the group before, and who had come when it ended; 0: nobody
	there    chan struct{}  // closed when as many are there; nil if the line does not wait for that
	inside   int            // callers who have entered
}

// A group is what is done in one go.
type group[T, R any] struct {
	members []*member[T]
	size    int
	begun   bool
	left    int // members that wait no more

	ctx    context.Context // ends when nobody waits
	cancel context.CancelFunc
	done   chan struct{} // closed when result and err are there
	result R
	err    error
}

// A member is what one caller has brought. It is told from others by its address, which a size of 0 would not give it.
type member[T any] struct {
	item T
	size int
}

// Do has item worked on in a group that begins after the call, and returns what the work of that group gave. If ctx ends
// first it returns its error: an item whose group has not begun is then not worked on, of others that is open.
func (l *Line[T, R]) Do(ctx context.Context, item T) (R, error) {
	var none R
	if err := ctx.Err(); err != nil {
		return none, err
	}
	m := &member[T]{item: item}
	if l.Size != nil {
		m.size = l.Size(item)
	}
	g := l.join(m)
	select {
	case <-g.done:
		return g.result, g.err
	case <-ctx.Done():
		l.leave(g, m)
		return none, ctx.Err()
	}
}

// Enter says that a caller is about to come, and may be busy with the result afterwards, until Leave.
func (l *Line[T, R]) Enter() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inside++
}

// Leave ends what Enter began.
func (l *Line[T, R]) Leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inside--
	l.tell()
}

// tell ends the wait for callers, if all are there. l.mu is held.
func (l *Line[T, R]) tell() {
	if l.there != nil && l.complete() {
		close(l.there)
		l.there = nil
	}
}

// join adds a member to the last group, or to a new one if that has no room, and has the line run.
func (l *Line[T, R]) join(m *member[T]) *group[T, R] {
	l.mu.Lock()
	defer l.mu.Unlock()
	var g *group[T, R]
	if k := len(l.waiting); k > 0 && l.waiting[k-1].size+m.size <= l.Most {
		g = l.waiting[k-1]
	} else {
		g = &group[T, R]{done: make(chan struct{})}
		g.ctx, g.cancel = context.WithCancel(context.Background())
		l.waiting = append(l.waiting, g)
	}
	g.members = append(g.members, m)
	g.size += m.size
	l.tell()
	if !l.busy {
		l.busy = true
		l.Running.Go(l.run)
	}
	return g
}

// complete reports whether the next group need not wait for anybody. l.mu is held.
func (l *Line[T, R]) complete() bool {
	n := l.come()
	return len(l.waiting) > 1 || n >= l.expected && (!l.Yields || n >= l.inside)
}

// come returns how many wait for a group to begin. l.mu is held.
func (l *Line[T, R]) come() (n int) {
	for _, g := range l.waiting {
		n += len(g.members)
	}
	return n
}

// run works on one group after the other, until nobody waits.
func (l *Line[T, R]) run() {
	for {
		l.gather()
		runtime.Gosched() // who is ready to run joins
		g, items := l.take()
		if g == nil {
			return
		}
		g.result, g.err = l.Work(g.ctx, items)
		g.cancel()
		close(g.done)
		l.mu.Lock()
		if l.expected = len(items) + l.come(); l.expected == 1 {
			l.expected = 0
		}
		l.mu.Unlock()
	}
}

// gather returns when as many have come as are expected, or when that takes too long.
func (l *Line[T, R]) gather() {
	there := l.await(0)
	if there == nil {
		return
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for n := 1; there != nil; n++ {
		select {
		case <-there:
		case <-timer.C:
			timer.Reset(patience)
		}
		there = l.await(n)
	}
}

// await returns what is closed when all are there, to be waited for after n times; nil if that is not worth it.
func (l *Line[T, R]) await(n int) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.Gathers || l.complete() || n == yields || n > 0 && (!l.Yields || l.come() >= l.inside) {
		return nil
	}
	l.there = make(chan struct{})
	return l.there
}

// take begins the first group. Without one it returns nil, and the line stands still.
func (l *Line[T, R]) take() (*group[T, R], []T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.there = nil
	if len(l.waiting) == 0 {
		l.waiting, l.busy, l.expected = nil, false, 0
		return nil, nil
	}
	g := l.waiting[0]
	l.waiting, g.begun = l.waiting[1:], true
	items := make([]T, len(g.members))
	for i, m := range g.members {
		items[i] = m.item
	}
	return g, items
}

// leave takes a member off a group. One in which nobody is left never begins, or is told to stop.
func (l *Line[T, R]) leave(g *group[T, R], m *member[T]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g.begun {
		if g.left++; g.left == len(g.members) {
			g.cancel()
		}
		return
	}
	g.members = slices.DeleteFunc(g.members, func(o *member[T]) bool { return o == m })
	g.size -= m.size
	if len(g.members) == 0 {
		g.cancel()
		l.waiting = slices.DeleteFunc(l.waiting, func(o *group[T, R]) bool { return o == g })
	}
}
