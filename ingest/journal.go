package ingest

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/together"
	"github.com/truepoint/truepoint/state"
)

// groupBytesMax bounds what one transaction of the journal writes, unless one push alone is greater. A claim counts as
// claimBytes at least, because each costs a look at a record of its own.
const (
	groupBytesMax = 1 << 20
	claimBytes    = 4 << 10
)

// A Journal writes what pushes of a project leave in the state before and after their rows: the push log, and the claims of
// ids. Pushes to one source or view that come while others are written are written together, by one write to the disk. It is
// safe for concurrent use.
type Journal struct {
	state   state.Driver
	batcher state.Batcher // nil: the driver changes one record at a time
	root    string
	targets directory

	work  sync.WaitGroup
	mu    sync.Mutex
	lines map[string]*together.Line[*note, struct{}] // by the name of source or view
}

// A note is what a push has written at once.
type note struct {
	entry *entry      // for the push log; nil: none
	claim *state.Swap // nil: the push has no id

	// What was written: both, unless the claim was refused because its record has another version. Whoever gets an error of
	// add must not look at them.
	refused bool
	version int64 // of the claim
}

// bytes returns the share of groupBytesMax that a note takes.
func (n *note) bytes() int {
	size := 0
	if n.entry != nil {
		size = n.entry.bytes()
	}
	if n.claim != nil {
		size += max(len(n.claim.Value), claimBytes)
	}
	return size
}

// NewJournal returns the journal of a project in d.
func NewJournal(d state.Driver, project string) *Journal {
	return &Journal{state: d, batcher: state.BatcherOf(d), root: logRoot(project), lines: map[string]*together.Line[*note, struct{}]{}}
}

// Wait returns when nothing is being written any more. No push may begin meanwhile.
func (j *Journal) Wait() { j.work.Wait() }

// add writes a note for a source or view, and returns when it is durable or its claim was refused. When ctx ends before, it
// is open whether the note is written. Errors: those of the driver, as they are, and of ctx.
func (j *Journal) add(ctx context.Context, name string, n *note) error {
	if n.claim != nil && j.batcher == nil {
		return j.addAlone(ctx, name, n)
	}
	_, err := j.line(name).Do(ctx, n)
	return err
}

// whole reports whether a claim and the entry of its push are written together or not at all.
func (j *Journal) whole() bool { return j.batcher != nil }

// addAlone writes a claim, and then the entry under a key that a repetition of the push finds.
func (j *Journal) addAlone(ctx context.Context, name string, n *note) (err error) {
	n.version, err = j.state.CompareAndSwap(ctx, n.claim.Key, n.claim.Expected, n.claim.Value)
	switch {
	case j.aborted(err):
		n.refused = true
		return nil
	case err != nil || n.entry == nil:
		return err
	}
	return j.writeLog(ctx, name, n.entry)
}

// writeLog writes entries as one record. One that is there already is none of its concern.
func (j *Journal) writeLog(ctx context.Context, name string, entries ...*entry) error {
	w := j.logSwap(name, entries)
	if _, err := j.state.CompareAndSwap(ctx, w.Key, w.Expected, w.Value); err != nil && !j.aborted(err) {
		return err
	}
	return nil
}

func (j *Journal) aborted(err error) bool {
	return errs.CodeOf(err) == errs.Aborted || err != nil && j.state.Code(err) == errs.Aborted
}

func (j *Journal) line(name string) *together.Line[*note, struct{}] {
	j.mu.Lock()
	defer j.mu.Unlock()
	l := j.lines[name]
	if l == nil {
		l = &together.Line[*note, struct{}]{Running: &j.work, Most: groupBytesMax, Gathers: true, Yields: runtime.GOMAXPROCS(0) == 1}
		l.Size = (*note).bytes
		l.Work = func(ctx context.Context, notes []*note) (struct{}, error) {
			return struct{}{}, j.write(ctx, name, notes)
		}
		j.lines[name] = l
	}
	return l
}

// write writes notes in one transaction, but for those whose claims are refused.
func (j *Journal) write(ctx context.Context, name string, notes []*note) error {
	for notes = refuseRepeated(notes); len(notes) > 0; {
		var entries []*entry
		var swaps []state.Swap
		var claims []*note // of swaps, in their order
		for _, n := range notes {
			if n.entry != nil {
				entries = append(entries, n.entry)
			}
			if n.claim != nil {
				claims, swaps = append(claims, n), append(swaps, *n.claim)
			}
		}
		if len(claims) == 0 {
			return j.writeLog(ctx, name, entries...)
		}
		if len(entries) > 0 {
			swaps = append(swaps, j.logSwap(name, entries))
		}
		versions, refused, err := j.batcher.SwapAll(ctx, swaps)
		if err != nil {
			return err
		}
		if len(refused) == 0 {
			for i, n := range claims {
				n.version = versions[i]
			}
			return nil
		}
		if refused[0] == len(claims) {
			return errs.New(errs.Aborted, "the push log has a record %q already", swaps[len(claims)].Key)
		}
		for _, i := range refused {
			if i < len(claims) {
				claims[i].refused = true
			}
		}
		notes = slices.DeleteFunc(notes, func(n *note) bool { return n.refused })
	}
	return nil
}

// refuseRepeated returns a copy of notes without those whose claim is on a record that one before them claims, which are
// refused.
func refuseRepeated(notes []*note) []*note {
	seen := map[string]bool{}
	left := make([]*note, 0, len(notes))
	for _, n := range notes {
		if n.claim != nil {
			n.refused = seen[n.claim.Key]
			seen[n.claim.Key] = true
		}
		if !n.refused {
			left = append(left, n)
		}
	}
	return left
}
