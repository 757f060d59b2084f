package pit

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A chunk is the deciding columns of one part.
type chunk struct {
	roles *roles
	cols  []*value.Column
}

func newChunk(r *roles) *chunk {
	return &chunk{r, blanks(len(r.names))}
}

// read fills c from a part and checks it.
func (c *chunk) read(ctx context.Context, p Part) error {
	if err := readColumns(ctx, p, c.roles.names, c.cols); err != nil {
		return err
	}
	return c.check()
}

// check returns an error if the times have another type than the rules rely on.
func (c *chunk) check() error {
	for _, i := range []int{c.roles.event, c.roles.created} {
		if i >= 0 && c.cols[i].Type.Kind != value.UnixTimestamp {
			return errs.New(errs.InvalidArgument, "time column %q has type %s, expected UnixTimestamp", c.roles.names[i], c.cols[i].Type).
				WithID("T0304")
		}
	}
	return nil
}

// keys appends the key columns to dst.
func (c *chunk) keys(dst []*value.Column) []*value.Column {
	for _, k := range c.roles.keys {
		dst = append(dst, c.cols[k])
	}
	return dst
}

func (c *chunk) event(i int) eventtime.Instant { return c.cols[c.roles.event].Instant(i) }

// created returns None for a row without created time.
func (c *chunk) created(i int) eventtime.Instant {
	if c.roles.created < 0 {
		return eventtime.None
	}
	return c.cols[c.roles.created].Instant(i)
}

// rank appends the rank of row i to dst.
func (c *chunk) rank(dst []value.Value, i int) []value.Value {
	for _, r := range c.roles.rank {
		dst = append(dst, c.cols[r].At(i))
	}
	return dst
}

// reject counts row i in the report and returns true if it has a fault that keeps it out of every answer.
func (c *chunk) reject(i int, a eventtime.Availability, report *Report) bool {
	for _, k := range c.roles.keys {
		if c.cols[k].Null(i) {
			report.RejectedKey++
			return true
		}
	}
	event := c.event(i)
	if event == eventtime.None {
		report.RejectedEvent++
		return true
	}
	if _, ok := a.Of(event, c.created(i)); !ok {
		report.RejectedCreate++
		return true
	}
	return false
}

// acceptance counts the rejected rows of c in the report and returns a function that tells the accepted ones, nil if all
// are.
func (c *chunk) acceptance(a eventtime.Availability, report *Report) func(i int) bool {
	clean := !c.cols[c.roles.event].HasNulls()
	for _, k := range c.roles.keys {
		clean = clean && !c.cols[k].HasNulls()
	}
	if clean && (a.Rule != eventtime.ByCreatedTime || c.roles.created >= 0 && !c.cols[c.roles.created].HasNulls()) {
		return nil
	}
	n := c.cols[c.roles.event].Len()
	rejected := make([]uint64, (n+63)/64)
	for i := range n {
		if c.reject(i, a, report) {
			rejected[i>>6] |= 1 << (i & 63)
		}
	}
	return func(i int) bool { return rejected[i>>6]&(1<<(i&63)) == 0 }
}

// An opened part is what the passes over a history start from. All of it is valid until the next part is opened.
type opened struct {
	keys  []*value.Column
	times times
	keep  func(i int) bool // tells the accepted rows; nil if all are
}

// open fills c from a part of a view's table, whose keys have the given types, and counts its rows, and among them those
// that are rejected, in the report.
func (c *chunk) open(ctx context.Context, p Part, view string, types []value.Type, a eventtime.Availability, report *Report) (*opened, error) {
	if err := c.read(ctx, p); err != nil {
		return nil, err
	}
	return c.accept(p.Rows(), view, types, a, report)
}

// accept does the same for the rows that c holds.
func (c *chunk) accept(rows int, view string, types []value.Type, a eventtime.Availability, report *Report) (*opened, error) {
	keys := c.keys(nil)
	if err := sameTypes(view, keys, types); err != nil {
		return nil, err
	}
	report.Read += int64(rows)
	keep := c.acceptance(a, report)
	return &opened{keys: keys, times: c.times(), keep: keep}, nil
}

// times are the times of the rows of a chunk. created is nil if there is none, and None where it is null.
type times struct{ event, created []int64 }

// times returns the times of the rows of c, which stay as they are until the next read.
func (c *chunk) times() times {
	t := times{event: c.cols[c.roles.event].Ints}
	if c.roles.created < 0 {
		return t
	}
	col := c.cols[c.roles.created]
	t.created = col.Ints
	if col.HasNulls() {
		for i := range t.created {
			if col.Null(i) {
				t.created[i] = int64(eventtime.None)
			}
		}
	}
	return t
}

func (t times) eventAt(i int) eventtime.Instant { return eventtime.Instant(t.event[i]) }

func (t times) createdAt(i int) eventtime.Instant {
	if t.created == nil {
		return eventtime.None
	}
	return eventtime.Instant(t.created[i])
}
