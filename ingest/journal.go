package ingest

import (
	"bytes"
	"context"
	"runtime"
	"strconv"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/together"
	"github.com/truepoint/truepoint/state"
)

// groupBytesMax bounds the entries of one record of the push log, unless one alone is greater.
const groupBytesMax = 1 << 20

// A Journal writes the push log of a project: pushes to one source or view that come while another is being written are one
// record, and one write to the disk. It is safe for concurrent use.
type Journal struct {
	state   state.Driver
	root    string
	targets directory

	work  sync.WaitGroup
	mu    sync.Mutex
	lines map[string]*together.Line[*note, struct{}] // by the name of source or view
}

// A note is an entry that is to be written.
type note struct {
	id      string // of the push
	again   bool   // a repetition of the push brings the same id: it must find the record
	arrival eventtime.Instant
	body    []byte
}

// NewJournal returns the journal of a project in d.
func NewJournal(d state.Driver, project string) *Journal {
	return &Journal{state: d, root: logRoot(project), lines: map[string]*together.Line[*note, struct{}]{}}
}

// Wait returns when nothing is being written any more. No push may begin meanwhile.
func (j *Journal) Wait() { j.work.Wait() }

// add writes an entry for a source or view, and returns when it is durable. One that is there already is none of its
// concern. When ctx ends before, it is open whether the entry is written. Errors: those of the driver, as they are, and of
// ctx.
func (j *Journal) add(ctx context.Context, name string, n *note) error {
	if n.again {
		return j.write(ctx, name, []*note{n})
	}
	_, err := j.line(name).Do(ctx, n)
	return err
}

func (j *Journal) line(name string) *together.Line[*note, struct{}] {
	j.mu.Lock()
	defer j.mu.Unlock()
	l := j.lines[name]
	if l == nil {
		l = &together.Line[*note, struct{}]{Running: &j.work, Most: groupBytesMax, Gathers: true, Yields: runtime.GOMAXPROCS(0) == 1}
		l.Size = func(n *note) int { return len(n.body) }
		l.Work = func(ctx context.Context, notes []*note) (struct{}, error) {
			return struct{}{}, j.write(ctx, name, notes)
		}
		j.lines[name] = l
	}
	return l
}

// write writes entries as one record, under the latest arrival: what is removed by age goes when all of it is old.
func (j *Journal) write(ctx context.Context, name string, notes []*note) error {
	latest, body := notes[0], notes[0].body
	if len(notes) > 1 {
		bodies := make([][]byte, len(notes))
		for i, n := range notes {
			bodies[i] = n.body
			if n.arrival > latest.arrival {
				latest = n
			}
		}
		body = append([]byte(`{"format":`+strconv.Itoa(logFormatGroup)+`,"pushes":[`), bytes.Join(bodies, []byte(","))...)
		body = append(body, "]}"...)
	}
	_, err := j.state.CompareAndSwap(ctx, j.root+name+"/"+logged(latest.arrival)+"-"+latest.id, 0, body)
	if errs.CodeOf(err) == errs.Aborted || err != nil && j.state.Code(err) == errs.Aborted {
		return nil
	}
	return err
}
