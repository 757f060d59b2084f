package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// roles are the columns of a layout that decide which row answers, as places in one list of distinct names: a column
// may play two roles and is read once.
type roles struct {
	names   []string
	keys    []int
	event   int
	created int // −1 if there is none
	rank    []int
}

func (l *Layout) roles() *roles {
	r := &roles{created: -1}
	place := func(name string) int {
		if i := slices.Index(r.names, name); i >= 0 {
			return i
		}
		r.names = append(r.names, name)
		return len(r.names) - 1
	}
	for _, k := range l.Keys {
		r.keys = append(r.keys, place(k))
	}
	r.event = place(l.Event)
	if l.Created != "" {
		r.created = place(l.Created)
	}
	for _, t := range l.rank() {
		r.rank = append(r.rank, place(t))
	}
	return r
}

// rank returns the columns that a Candidate's Rank is made of.
func (l *Layout) rank() []string {
	if l.Sequence == "" {
		return l.TieBreak
	}
	return append([]string{l.Sequence}, l.TieBreak...)
}

// check returns an InvalidArgument error if the layout cannot be read under the rule for availability.
func (l *Layout) check(view string, a eventtime.Availability) error {
	switch {
	case l.Event == "":
		return errs.New(errs.InvalidArgument, "view %q has no event time column", view).WithID("T0302")
	case a.Rule == eventtime.ByCreatedTime && l.Created == "":
		return errs.New(errs.InvalidArgument, "view %q takes its availability from created time but has no created time column", view).
			WithID("T0303").WithHint("declare created_timestamp_column, or another availability")
	case l.FeatureTypes != nil && len(l.FeatureTypes) != len(l.Features):
		return errs.New(errs.Internal, "view %q has %d features and %d feature types", view, len(l.Features), len(l.FeatureTypes))
	}
	return nil
}

// types returns the types of the features: those declared, or those that the table's first part delivers, or none for a
// table without parts.
func (l *Layout) types(ctx context.Context, parts []Part) ([]value.Type, error) {
	out := make([]value.Type, len(l.Features))
	if l.FeatureTypes != nil || len(parts) == 0 {
		copy(out, l.FeatureTypes)
		return out, nil
	}
	for i, f := range l.Features {
		col := []*value.Column{{}}
		if err := readColumns(ctx, parts[0], []string{f}, col); err != nil {
			return nil, err
		}
		out[i] = col[0].Type
	}
	return out, nil
}

// A chunk is the deciding columns of one part.
type chunk struct {
	roles *roles
	cols  []*value.Column
}

func newChunk(r *roles) *chunk {
	c := &chunk{roles: r, cols: make([]*value.Column, len(r.names))}
	for i := range c.cols {
		c.cols[i] = new(value.Column)
	}
	return c
}

// read fills c from a part and checks the types that the rules rely on.
func (c *chunk) read(ctx context.Context, p Part) error {
	if err := readColumns(ctx, p, c.roles.names, c.cols); err != nil {
		return err
	}
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

// readColumns reads distinct columns of a part and checks that all have its length.
func readColumns(ctx context.Context, p Part, names []string, dst []*value.Column) error {
	if err := p.Read(ctx, names, dst); err != nil {
		return err
	}
	return checkLengths(p, names, dst)
}

// checkLengths returns an error if a column that was read of a part has another length.
func checkLengths(p Part, names []string, dst []*value.Column) error {
	for i, c := range dst {
		if c.Len() != p.Rows() {
			return errs.New(errs.Internal, "column %q of a part with %d rows was read with %d rows", names[i], p.Rows(), c.Len())
		}
	}
	return nil
}

// starts returns the position of the first row of each part, then the number of rows of the table.
func starts(parts []Part) []int64 {
	out := make([]int64, len(parts)+1)
	for i, p := range parts {
		out[i+1] = out[i] + int64(p.Rows())
	}
	return out
}
