// Package idle keeps what requests were answered with for the requests after them.
package idle

import "runtime"

// PerCore is how many items a List keeps, for each core.
const PerCore = 4

// A List is a bounded list of items that nobody uses. It is no sync.Pool, which the garbage collector empties. Safe for
// concurrent use; nil keeps nothing.
type List[T any] chan *T

// New returns an empty list.
func New[T any]() List[T] { return make(List[T], PerCore*runtime.GOMAXPROCS(0)) }

// Get returns an item that nobody else uses: one that was put back, in the state that it had then, or a new one.
func (l List[T]) Get() *T {
	select {
	case x := <-l:
		return x
	default:
		return new(T)
	}
}

// Put gives an item back, which the caller must not use any more. A full list lets it go.
func (l List[T]) Put(x *T) {
	select {
	case l <- x:
	default:
	}
}
