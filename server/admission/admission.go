// Package admission bounds how many online reads a process answers at a time, whichever of its servers is asked. What is
// beyond the bound is refused at once: waiting in line would make every answer late, and a client that tries again in a
// moment, or elsewhere, is served sooner.
package admission

import (
	"sync/atomic"
	"time"

	"github.com/truepoint/truepoint/errs"
)

// Default is how many reads a Gate lets in that was not told.
const Default = 1024

// RetryAfter is how long a client should wait that was refused, because of load or of a store that cannot answer.
const RetryAfter = time.Second

// A Gate counts the reads that are being answered. All servers of a process share one. It is safe for concurrent use.
type Gate struct {
	most   int64
	inside atomic.Int64
}

// New returns a gate that lets in at most so many reads at a time; 0 stands for Default.
func New(most int) *Gate {
	if most == 0 {
		most = Default
	}
	return &Gate{most: int64(most)}
}

// Enter lets a read in, which calls Leave when it is answered, or returns why not: Unavailable. A read enters when its
// request has arrived, so that slow clients take no room.
func (g *Gate) Enter() error {
	if g.inside.Add(1) > g.most {
		g.Leave()
		return errs.New(errs.Unavailable, "the server already answers %d reads", g.most).WithID("T0812").WithHint("try again in a moment")
	}
	return nil
}

// Leave ends a read that was let in.
func (g *Gate) Leave() { g.inside.Add(-1) }
