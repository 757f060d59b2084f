package featurelog

import (
	"context"
	"hash/fnv"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Options say what is kept and where. The zero value of every member but Dir means its default.
type Options struct {
	Dir       string        // made if it is not there
	Sample    float64       // share of entities, 0 < Sample ≤ 1; default 1
	QueueMax  int           // entities that wait; default 10,000
	FileCells int           // cells of a file at most; default 1,000,000
	Interval  time.Duration // a file is written at least so often if there is anything to write; default 1 min
	Retention eventtime.Duration
	Clock     eventtime.Clock
	Failed    func(error) // is told of files that could not be written; default: nobody
}

// Stats counts entities since the start.
type Stats struct {
	Logged  int64 // handed to the queue
	Dropped int64 // did not fit it
	Lost    int64 // were in files that could not be written
	Files   int64 // written
}

// A Log takes entries. It is safe for concurrent use.
type Log struct {
	opt       Options
	threshold uint64
	queue     chan *Entry
	closed    chan struct{}
	done      chan struct{}
	once      sync.Once
	logged    atomic.Int64
	dropped   atomic.Int64
	lost      atomic.Int64
	files     atomic.Int64
}

// Open returns a log that writes to opt.Dir, until Close. Errors: InvalidArgument for a share that is none; those of the
// system for a directory that cannot be made or written to.
func Open(opt *Options) (*Log, error) {
	o := *opt
	if o.Sample == 0 {
		o.Sample = 1
	}
	if !(o.Sample > 0 && o.Sample <= 1) {
		return nil, errs.New(errs.InvalidArgument, "sample is %v, expected a share above 0 and up to 1", o.Sample)
	}
	if o.QueueMax <= 0 {
		o.QueueMax = 10_000
	}
	if o.FileCells <= 0 {
		o.FileCells = 1_000_000
	}
	if o.Interval <= 0 {
		o.Interval = time.Minute
	}
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	if err := prepare(o.Dir); err != nil {
		return nil, err
	}
	l := &Log{opt: o, threshold: threshold(o.Sample), queue: make(chan *Entry, o.QueueMax), closed: make(chan struct{}), done: make(chan struct{})}
	go l.run()
	return l, nil
}

// threshold returns the hash up to which entities are sampled.
func threshold(share float64) uint64 {
	if share >= 1 {
		return math.MaxUint64
	}
	return uint64(share * (1 << 64))
}

// Samples reports whether an entity is kept, by its keys in the form of Entry.Keys.
func (l *Log) Samples(keys []byte) bool {
	if l.threshold == math.MaxUint64 {
		return true
	}
	h := fnv.New64a()
	_, _ = h.Write(keys)
	return mix(h.Sum64()) < l.threshold
}

// mix spreads the hash of similar texts over all 64 bits. Source: MurmurHash3, fmix64.
func mix(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// Log hands over an entry, which the caller does not touch afterwards. It never waits.
func (l *Log) Log(e *Entry) {
	select {
	case l.queue <- e:
		l.logged.Add(1)
	default:
		l.dropped.Add(1)
	}
}

// Stats returns the counts so far.
func (l *Log) Stats() Stats {
	return Stats{l.logged.Load(), l.dropped.Load(), l.lost.Load(), l.files.Load()}
}

// Close writes what waits and returns when that is done, or the context's error when it ends before.
func (l *Log) Close(ctx context.Context) error {
	l.once.Do(func() { close(l.closed) })
	select {
	case <-l.done:
		return nil
	case <-ctx.Done():
		return errs.Wrap(ctx.Err(), errs.CodeOf(ctx.Err()), "write the feature log")
	}
}

// run collects entries and writes files.
func (l *Log) run() {
	defer close(l.done)
	ticker := time.NewTicker(l.opt.Interval)
	defer ticker.Stop()
	c := &collector{log: l, batch: newBatch()}
	c.sweep()
	for {
		select {
		case e := <-l.queue:
			c.add(e)
		case <-ticker.C:
			c.flush()
			c.sweep()
		case <-l.closed:
			for len(l.queue) > 0 {
				c.add(<-l.queue)
			}
			c.flush()
			return
		}
	}
}

// A collector holds the cells of the next file.
type collector struct {
	log     *Log
	batch   *value.Batch
	entries int64
}

func (c *collector) add(e *Entry) {
	e.appendTo(c.batch)
	c.entries++
	if c.batch.Rows >= c.log.opt.FileCells {
		c.flush()
	}
}

// flush writes a file if there is anything to write. What cannot be written is lost and counted: keeping it would fill
// memory while a disk is full.
func (c *collector) flush() {
	if c.batch.Rows == 0 {
		return
	}
	if err := c.write(); err != nil {
		c.log.lost.Add(c.entries)
		c.log.opt.Failed(err)
	} else {
		c.log.files.Add(1)
	}
	c.batch, c.entries = newBatch(), 0
}
