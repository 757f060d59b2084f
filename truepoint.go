package truepoint

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/explain"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/state"
)

// Requests and answers are those of the engines; these names save callers the imports.
type (
	HistoricalRequest  = historical.Request
	HistoricalResult   = historical.Result
	OnlineRequest      = serving.Request
	OnlineResponse     = serving.Response
	MaterializeRequest = materialize.Request
	MaterializeReport  = materialize.Report
	Run                = runs.Run
	PushRequest        = ingest.Request
	PushResult         = ingest.Result
	ExplainRequest     = explain.Request
	Explanation        = explain.Result
	Freshness          = explain.Freshness
	SourceCheck        = explain.SourceCheck
	VerifyRequest      = explain.VerifyRequest
	VerifyReport       = explain.VerifyReport
)

// Options are the parts of a Store. Members without a default are required.
type Options struct {
	Project  string
	Registry registry.Driver
	State    state.Driver
	Offline  offline.Driver
	Online   online.Driver
	Clock    eventtime.Clock

	// Acknowledging opens the online store once more for pushes that say themselves when they are acknowledged:
	// ingest.Durable or ingest.Replicated. A nil driver says that Online does as ack says. Errors: FailedPrecondition for what
	// the store cannot give. Nil: Online is durable and cannot do more.
	Acknowledging func(ctx context.Context, ack string) (online.Driver, error)

	Holder   string                   // names this process in leases and commits; default "unknown"
	Gone     func(holder string) bool // whether a holder is known to be dead, so that its lease is free; nil: none is
	LeaseTTL eventtime.Duration       // of a materialization lease without renewal; default 60 s
	Serving  serving.Options          // limits and max_skew of online reads; max_skew counts for pushes too

	Warnings []*errs.Error // what whoever opened the parts wants the user to know; the store itself ignores them
	// Warn is told what parts find out later, on any goroutine. Whoever uses them sets it before; nil: nobody is.
	Warn func(*errs.Error)
}

// Tell hands a warning to Warn.
func (o *Options) Tell(w *errs.Error) {
	if o.Warn != nil {
		o.Warn(w)
	}
}

// A Store is a feature store of one project. It is safe for concurrent use. Close releases its drivers.
type Store struct {
	opt    Options
	online *online.Store
	sink   sink.Sink
	acked  acknowledged
	ledger *runs.Ledger
	pushes *ingest.Journal
	server *serving.Server
}

// New returns a Store on drivers that are open. It touches none of them. Errors: InvalidArgument for a missing part.
func New(opt *Options) (*Store, error) {
	s := &Store{opt: *opt}
	for _, part := range []struct {
		name    string
		missing bool
	}{
		{"project", opt.Project == ""}, {"registry", opt.Registry == nil}, {"state store", opt.State == nil},
		{"offline store", opt.Offline == nil}, {"online store", opt.Online == nil}, {"clock", opt.Clock == nil},
	} {
		if part.missing {
			return nil, errs.New(errs.InvalidArgument, "a store needs a %s", part.name)
		}
	}
	if s.opt.Holder == "" {
		s.opt.Holder = "unknown"
	}
	s.opt.State = state.Share(opt.State)
	s.online = online.New(opt.Online, nil)
	s.sink = s.newSink(s.online)
	s.ledger = runs.NewLedger(s.opt.State, opt.Project)
	s.pushes = ingest.NewJournal(s.opt.State, opt.Project)
	s.server = serving.New(serving.Parts{
		Project: opt.Project, Registry: opt.Registry, Ledger: s.ledger, Online: s.online, Clock: opt.Clock,
	}, &opt.Serving)
	return s, nil
}

// Project returns the name of the store's project.
func (s *Store) Project() string { return s.opt.Project }

// Now returns the present instant of the store's clock.
func (s *Store) Now() eventtime.Instant { return s.opt.Clock() }

// Run keeps the definitions that online reads use current until ctx ends, and returns nil then. Servers call it; a
// program that makes a few calls need not, because the first read loads them.
func (s *Store) Run(ctx context.Context) error { return s.server.Run(ctx) }

// Ready returns nil when definitions are loaded and the online store answers; otherwise why not.
func (s *Store) Ready(ctx context.Context) error {
	if _, err := s.server.Current(ctx); err != nil {
		return err
	}
	_, err := s.online.Tables(ctx)
	return err
}

// Watch has w told of the calls of the online store that read or write rows. It is called once, before the store is used.
func (s *Store) Watch(w online.Watcher) {
	s.online.Watch(w)
	s.acked.watcher = w
}

// RegistryAge returns the revision that online reads use and how long ago it was last known to be the newest; ok is
// false before it was read.
func (s *Store) RegistryAge() (revision registry.Revision, age eventtime.Duration, ok bool) {
	age, ok = s.server.Age()
	if !ok {
		return 0, 0, false
	}
	return s.server.Revision(), age, true
}

// Close closes all drivers.
func (s *Store) Close() error {
	s.pushes.Wait()
	all := []error{s.server.Close(), s.acked.close(), s.online.Close(), s.opt.Offline.Close(), s.opt.State.Close()}
	return errs.Join(append(all, s.opt.Registry.Close())...)
}
