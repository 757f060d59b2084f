// Package fault wraps the drivers of every port so that chosen calls go wrong: they fail, hang, are carried out but
// not acknowledged, in part, or twice, or answer what was true earlier. Engines are tested against it: whatever
// happens, they must end in a right state or in a clear error.
//
//	in := fault.New(fault.Rule{Op: "PutBatch", Nth: 3, Effect: fault.Torn})
//	d := fault.Online(memonline.New(), in)
package fault

import (
	"context"
	"sync"

	"github.com/truepoint/truepoint/errs"
)

// An Effect is what happens to a call.
type Effect uint8

// The effects.
const (
	Fail      Effect = iota // nothing is carried out, the call fails
	Lost                    // it is carried out, and fails nevertheless: the acknowledgement got lost
	Slow                    // it waits until the rule's Gate is closed or its context ends, then is carried out
	Torn                    // a part is carried out, then it fails; calls that cannot be done in part fail
	Duplicate               // it is carried out twice; the second answer counts
	Stale                   // it answers what the same question was answered last; a first question is not affected
)

// A Rule picks calls by method name and number.
type Rule struct {
	Op     string // name of the driver's method; empty: every method
	Nth    int    // the first call that is affected, counted per method from 1; 0 means 1
	Times  int    // how many calls in a row; 0 means 1, negative all from Nth on
	Effect Effect
	Err    error           // for effects that fail; default: Unavailable
	Gate   <-chan struct{} // for Slow; nil: until the context ends
}

func (r *Rule) hits(op string, n int) bool {
	first, times := max(r.Nth, 1), r.Times
	if times == 0 {
		times = 1
	}
	return (r.Op == "" || r.Op == op) && n >= first && (times < 0 || n < first+times)
}

func (r *Rule) err(op string) error {
	if r.Err != nil {
		return r.Err
	}
	return errs.New(errs.Unavailable, "injected fault in %s", op)
}

// An Injector counts calls and applies rules to them. Several drivers may share one. It is safe for concurrent use.
type Injector struct {
	mu    sync.Mutex
	rules []Rule
	calls map[string]int
}

// New returns an Injector; the first rule that picks a call decides.
func New(rules ...Rule) *Injector { return &Injector{rules: rules, calls: map[string]int{}} }

// Calls returns how many calls of a method there were.
func (in *Injector) Calls(op string) int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.calls[op]
}

// Set replaces the rules and starts to count anew.
func (in *Injector) Set(rules ...Rule) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.rules, in.calls = rules, map[string]int{}
}

// next counts a call and returns the rule that picks it, or nil.
func (in *Injector) next(op string) *Rule {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.calls[op]++
	for i := range in.rules {
		if r := in.rules[i]; r.hits(op, in.calls[op]) {
			return &r
		}
	}
	return nil
}

// A call is one call of a driver's method.
type call struct {
	do    func() error
	part  func() error // carries a part out; nil: there are no parts
	stale func() bool  // answers with the last answer; nil or false: there is none
}

// around makes a call under the rules.
func (in *Injector) around(ctx context.Context, op string, c call) error {
	r := in.next(op)
	if r == nil {
		return c.do()
	}
	switch r.Effect {
	case Lost:
		if err := c.do(); err != nil {
			return err
		}
		return r.err(op)
	case Slow:
		select {
		case <-r.Gate:
			return c.do()
		case <-ctx.Done():
			return ctx.Err()
		}
	case Torn:
		if c.part != nil {
			if err := c.part(); err != nil {
				return err
			}
		}
		return r.err(op)
	case Duplicate:
		if err := c.do(); err != nil {
			return err
		}
		return c.do()
	case Stale:
		if c.stale != nil && c.stale() {
			return nil
		}
		return c.do()
	}
	return r.err(op)
}

// A memory keeps the last answer to each question.
type memory[A any] struct {
	mu   sync.Mutex
	last map[string]A
}

// ask makes a call that answers a question, and remembers the answer.
func ask[A any](ctx context.Context, in *Injector, m *memory[A], q question, get func() (A, error)) (A, error) {
	var answer A
	err := in.around(ctx, q.op, call{
		do: func() (err error) { answer, err = get(); return err },
		stale: func() (known bool) {
			m.mu.Lock()
			defer m.mu.Unlock()
			answer, known = m.last[q.text]
			return known
		},
	})
	if err != nil {
		var none A
		return none, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last == nil {
		m.last = map[string]A{}
	}
	m.last[q.text] = answer
	return answer, nil
}

// A question is a method and its arguments as text.
type question struct{ op, text string }
