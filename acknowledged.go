package truepoint

import (
	"context"
	"sync"

	"github.com/truepoint/truepoint/erasure"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/sink/onlinesink"
)

// acknowledged are the ways to write to the online store that pushes have asked for beside the one that it is set to.
type acknowledged struct {
	watcher online.Watcher // set before use; nil: nobody

	mu     sync.Mutex
	closed bool
	stores []*online.Store
	sinks  map[string]sink.Sink // by what pushes ask for; that of the Store itself where it does so
}

func (s *Store) newSink(to *online.Store) sink.Sink {
	return erasure.NewSink(onlinesink.New(to), s.opt.State, s.opt.Project)
}

// sinkOf returns the sink whose writes are acknowledged as ack says, opened when it is first asked for; a failure to open it
// is that call's, and the next one tries again. Errors: those of Options.Acknowledging.
func (s *Store) sinkOf(ctx context.Context, ack string) (sink.Sink, error) {
	switch {
	case ack == "":
		return s.sink, nil
	case s.opt.Acknowledging == nil && ack == ingest.Durable:
		return s.sink, nil
	case s.opt.Acknowledging == nil:
		return nil, errs.New(errs.FailedPrecondition, "the online store has no replicas that could acknowledge a push").WithID("T1022").
			WithHint("leave ack out")
	}
	a := &s.acked
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, errs.New(errs.FailedPrecondition, "the online store is closed")
	}
	if to, ok := a.sinks[ack]; ok {
		return to, nil
	}
	d, err := s.opt.Acknowledging(ctx, ack)
	if err != nil {
		return nil, err
	}
	to := s.sink
	if d != nil {
		store := online.New(d, nil)
		if a.watcher != nil {
			store.Watch(a.watcher)
		}
		a.stores, to = append(a.stores, store), s.newSink(store)
	}
	if a.sinks == nil {
		a.sinks = map[string]sink.Sink{}
	}
	a.sinks[ack] = to
	return to, nil
}

// close closes what was opened.
func (a *acknowledged) close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	var all []error
	for _, s := range a.stores {
		all = append(all, s.Close())
	}
	return errs.Join(all...)
}
