// Package idle keeps what requests were answered with for the requests after them.
package idle

import (
	"runtime"
	"sync"
	"time"
)

// PerCore is how many items a List keeps for each core although nobody needs them.
const PerCore = 4

// lookEvery is how often a List lets go of what was not needed meanwhile.
const lookEvery = 10 * time.Second

// A List keeps as many items as were in use at one time lately: the items of a crowd of requests serve the crowd after it, and
// go when none comes. It is no sync.Pool, which the garbage collector empties. The last item that was put back is the first
// that is taken, because a processor still has it in its caches. Safe for concurrent use; the zero List is ready, and a nil
// one keeps nothing.
type List[T any] struct {
	mu      sync.Mutex
	items   []*T
	unused  int  // how many items lay here all the time since the last look
	looking bool // a look comes
}

// Get returns an item that nobody else uses: one that was put back, in the state that it had then, or a new one.
func (l *List[T]) Get() *T {
	if l == nil {
		return new(T)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.items)
	if n == 0 {
		return new(T)
	}
	x := l.items[n-1]
	l.items[n-1] = nil
	l.items = l.items[:n-1]
	l.unused = min(l.unused, n-1)
	return x
}

// Put gives an item back, which the caller must not use any more.
func (l *List[T]) Put(x *T) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = append(l.items, x)
	if !l.looking && len(l.items) > least() {
		l.looking, l.unused = true, len(l.items)
		time.AfterFunc(lookEvery, l.look)
	}
}

func least() int { return PerCore * runtime.GOMAXPROCS(0) }

// look lets go of items that nobody needed since the last look, and comes again while there are more than always stay.
func (l *List[T]) look() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := min(l.unused, len(l.items)-least()); n > 0 {
		kept := copy(l.items, l.items[n:])
		clear(l.items[kept:])
		l.items = l.items[:kept]
	}
	l.unused = len(l.items)
	if l.looking = len(l.items) > least(); l.looking {
		time.AfterFunc(lookEvery, l.look)
	}
}
