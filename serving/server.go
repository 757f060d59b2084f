package serving

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/blockcache"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/runs"
)

// Defaults of Options.
const (
	DefaultMaxSkew     = 2 * eventtime.Second
	DefaultEntitiesMax = 10_000
	DefaultCellsMax    = 1_000_000
	DefaultRefresh     = time.Second
	DefaultCacheBytes  = 192 << 20
)

// Options tunes a Server. The zero value of every member means its default.
type Options struct {
	MaxSkew     eventtime.Duration // how far ahead of the clock a row may be
	EntitiesMax int                // entity rows of a request
	CellsMax    int                // entity rows times features of a request
	CacheBytes  int64              // bound of what Render keeps of answers, outside Go's heap; negative: it keeps nothing
	Refresh     time.Duration      // how often Run looks for new definitions and completed generations
}

// A Server answers online reads of one project. It keeps the last good copy of the definitions, so that it answers
// through an outage of the registry. Safe for concurrent use.
type Server struct {
	project  string
	registry registry.Driver
	ledger   *runs.Ledger
	store    *online.Store
	clock    eventtime.Clock
	opt      Options

	catalog   atomic.Pointer[Catalog]
	refreshed atomic.Int64 // the instant of the last good refresh
	loading   sync.Mutex   // one refresh at a time

	cache *blockcache.Cache // nil: nothing is kept
	kinds atomic.Uint64     // numbers given to groups of shapes
	seed  maphash.Seed
}

// Parts are what a Server works with.
type Parts struct {
	Project  string
	Registry registry.Driver
	Ledger   *runs.Ledger
	Online   *online.Store
	Clock    eventtime.Clock
}

// New returns a Server. It reads nothing yet.
func New(p Parts, opt *Options) *Server {
	s := &Server{project: p.Project, registry: p.Registry, ledger: p.Ledger, store: p.Online, clock: p.Clock, seed: maphash.MakeSeed()}
	if opt != nil {
		s.opt = *opt
	}
	if s.opt.MaxSkew == 0 {
		s.opt.MaxSkew = DefaultMaxSkew
	}
	if s.opt.EntitiesMax == 0 {
		s.opt.EntitiesMax = DefaultEntitiesMax
	}
	if s.opt.CellsMax == 0 {
		s.opt.CellsMax = DefaultCellsMax
	}
	if s.opt.Refresh == 0 {
		s.opt.Refresh = DefaultRefresh
	}
	if s.opt.CacheBytes == 0 {
		s.opt.CacheBytes = DefaultCacheBytes
	}
	if s.opt.CacheBytes > 0 {
		s.cache = blockcache.New(s.opt.CacheBytes)
	}
	return s
}

// Close gives back the memory of what was kept. Reads go on without.
func (s *Server) Close() error {
	if s.cache == nil {
		return nil
	}
	return s.cache.Close()
}

// CacheStats are the counts of what Render keeps. Where all rows are read, a block is a hit also if some of its rows were
// different.
type CacheStats = blockcache.Stats

// CacheStats returns the counts of what Render keeps; all are 0 if it keeps nothing.
func (s *Server) CacheStats() CacheStats {
	if s.cache == nil {
		return CacheStats{}
	}
	return s.cache.Stats()
}

// Refresh reads the definitions and the serving generations anew. On error the copy that was there stays.
func (s *Server) Refresh(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	return s.refresh(ctx)
}

// Moved refreshes a copy that was read before, after a change by this process. Where that fails the copy that was there
// goes on answering, and Run tries again.
func (s *Server) Moved(ctx context.Context) {
	if s.catalog.Load() != nil {
		_ = s.Refresh(context.WithoutCancel(ctx))
	}
}

func (s *Server) refresh(ctx context.Context) error {
	have := s.catalog.Load()
	if have != nil {
		same, err := s.unchanged(ctx, have)
		if err != nil {
			return err
		}
		if same {
			s.refreshed.Store(int64(s.clock()))
			return nil
		}
	}
	c, err := Load(ctx, s.registry, s.ledger, s.project)
	if err != nil {
		return err
	}
	s.catalog.Store(c)
	s.refreshed.Store(int64(s.clock()))
	return nil
}

// unchanged reports whether a catalog still says what the registry and the state store say.
func (s *Server) unchanged(ctx context.Context, c *Catalog) (bool, error) {
	head, err := s.registry.Head(ctx, s.project)
	if err != nil {
		return false, registryError(s.registry, err)
	}
	if head != c.Revision {
		return false, nil
	}
	states, err := s.ledger.Views(ctx)
	if err != nil {
		return false, err
	}
	for _, v := range c.Newest.Views {
		g := v.Generation
		if state, ok := states[v.Name]; ok {
			g = state.Serving(v)
		}
		if g != c.Serving(v.Name) {
			return false, nil
		}
	}
	return true, nil
}

// Run refreshes until ctx ends, and returns nil then. A refresh that fails is tried again at the next turn; Age tells
// how old the copy is.
func (s *Server) Run(ctx context.Context) error {
	tick := time.NewTicker(s.opt.Refresh)
	defer tick.Stop()
	for {
		_ = s.Refresh(ctx) // the last good copy serves; Age shows how old it is
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Current returns the catalog that answers now, read first if there is none. Errors: FailedPrecondition as long as
// nothing was applied, those of reading.
func (s *Server) Current(ctx context.Context) (*Catalog, error) {
	if c := s.catalog.Load(); c != nil && c.Revision != 0 {
		return c, nil
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	if c := s.catalog.Load(); c == nil || c.Revision == 0 {
		if err := s.refresh(ctx); err != nil {
			return nil, err
		}
	}
	c := s.catalog.Load()
	if c.Revision == 0 {
		return nil, errs.New(errs.FailedPrecondition, "nothing has been applied to project %q", s.project).WithID("T0361").
			WithHint("truepoint apply")
	}
	return c, nil
}

// Revision returns the revision of the definitions in use, 0 before they were read.
func (s *Server) Revision() registry.Revision {
	if c := s.catalog.Load(); c != nil {
		return c.Revision
	}
	return 0
}

// Age returns how long ago the definitions were last known to be current, at least 0; ok is false before the first.
func (s *Server) Age() (age eventtime.Duration, ok bool) {
	at := eventtime.Instant(s.refreshed.Load())
	if s.catalog.Load() == nil {
		return 0, false
	}
	return max(0, s.clock().Sub(at)), true
}
