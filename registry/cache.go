package registry

import (
	"context"
	"sync"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
)

// CacheOptions tunes a Cache. The zero value of every member means its default.
type CacheOptions struct {
	Poll  time.Duration   // how often Run looks for a new revision; default 1 s
	Clock eventtime.Clock // for Status.Checked; nil: it stays None
}

// A Cache holds the last good copy of a project's definitions, so that readers never wait for the registry and outlive
// it. It is safe for concurrent use. It does nothing by itself: Load fills it once, Run keeps it fresh.
type Cache struct {
	driver  Driver
	project string
	poll    time.Duration
	clock   eventtime.Clock

	mu      sync.RWMutex
	set     *feature.Set
	status  Status
	swapped chan struct{} // closed at the next swap
}

// A Status says how old a copy is.
type Status struct {
	Revision Revision          // of the copy; 0 before the first Load
	Checked  eventtime.Instant // when the registry last said that the copy is its newest; None: never, or without a clock
	Err      error             // why it could not say so since; nil while the registry answers
}

// Age returns how long ago the registry last confirmed the copy; ok is false when it never did.
func (s Status) Age(now eventtime.Instant) (age eventtime.Duration, ok bool) {
	if s.Checked == eventtime.None {
		return 0, false
	}
	return now.Sub(s.Checked), true
}

// NewCache returns an empty cache of a project.
func NewCache(driver Driver, project string, opt *CacheOptions) *Cache {
	c := &Cache{
		driver: driver, project: project, poll: time.Second,
		clock: func() eventtime.Instant { return eventtime.None }, set: &feature.Set{Project: project},
		status: Status{Checked: eventtime.None}, swapped: make(chan struct{}),
	}
	if opt != nil && opt.Poll > 0 {
		c.poll = opt.Poll
	}
	if opt != nil && opt.Clock != nil {
		c.clock = opt.Clock
	}
	return c
}

// Current returns the copy and its revision: an empty set at revision 0 before the first successful Load. The set must
// not be changed; it stays as it is while later revisions take its place.
func (c *Cache) Current() (*feature.Set, Revision) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.set, c.status.Revision
}

// Status returns the revision and age of the copy.
func (c *Cache) Status() Status {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.status
}

// Changed returns a channel that is closed when another revision takes the place of the present copy.
func (c *Cache) Changed() <-chan struct{} {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.swapped
}

// Load asks the registry for its newest revision and takes it. On any error the copy stays as it is and the error
// stands in Status until the registry answers again. Errors: those of the driver with its code, DataLoss for
// definitions that cannot be read.
func (c *Cache) Load(ctx context.Context) error {
	at := c.clock()
	set, revision, err := c.fetch(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.Err = err
	if err != nil {
		return err
	}
	c.status.Checked = max(c.status.Checked, at)
	if set == nil || revision <= c.status.Revision { // another Load was faster
		return nil
	}
	c.set, c.status.Revision = set, revision
	close(c.swapped)
	c.swapped = make(chan struct{})
	return nil
}

// fetch returns a nil set where the copy is the newest already.
func (c *Cache) fetch(ctx context.Context) (*feature.Set, Revision, error) {
	head, err := c.driver.Head(ctx, c.project)
	if err != nil {
		return nil, 0, c.failed(err)
	}
	if _, have := c.Current(); head == have {
		return nil, head, nil
	}
	state, err := c.driver.Read(ctx, c.project, Newest)
	if err != nil {
		return nil, 0, c.failed(err)
	}
	set, err := DecodeSet(state)
	return set, state.Revision, err
}

func (c *Cache) failed(err error) error {
	if errs.CodeOf(err) != errs.Unknown {
		return err
	}
	return errs.Wrap(err, c.driver.Code(err), "read the registry of project %q", c.project)
}

// Run loads again at every poll until ctx ends, and returns nil then. A registry that fails is asked again at the next
// poll; Status tells.
func (c *Cache) Run(ctx context.Context) error {
	ticker := time.NewTicker(c.poll)
	defer ticker.Stop()
	for {
		_ = c.Load(ctx) // kept in Status
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
