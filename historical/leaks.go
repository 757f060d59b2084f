package historical

import (
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// A leakSearch compares two answers for each chunk of entity rows.
type leakSearch struct {
	sel    *feature.Selection
	max    int // of the cells to tell of
	first  int // rows of the chunks before
	spine  *spine
	rows   []bool // of the chunk: whether a cell leaks
	report LeakReport
}

// chunk compares the answer for a chunk with the one as it was known at each row's asOf and counts the cells that change:
// those used rows that were created later. Counts per feature go to the reports of res.
func (s *leakSearch) chunk(sp *spine, have, want *answered, res *Result) {
	s.spine, s.rows = sp, make([]bool, len(sp.asOf))
	for i := range res.Features {
		f := &res.Features[i]
		o := s.sel.Order[slices.IndexFunc(s.sel.Order, func(o feature.Output) bool { return o.Name == f.Name })]
		n := s.compare(o, have.cells(o.Cell), want.cells(o.Cell))
		res.report(f).Leaked = n
		s.report.Changed += n
		s.report.Cells += int64(len(s.rows))
	}
	for _, leaky := range s.rows {
		if leaky {
			s.report.Rows++
		}
	}
	s.first += len(s.rows)
}

// compare counts the rows of a feature in which two answers disagree in status or differ in value, and marks them.
func (s *leakSearch) compare(o feature.Output, used, known cells) int64 {
	var n int64
	for i := range s.rows {
		same := used.status[i].Agrees(known.status[i])
		if same && used.status[i] == value.Present {
			same = used.values.At(i).Identical(known.values.At(i))
		}
		if same {
			continue
		}
		s.rows[i] = true
		n++
		if len(s.report.First) < s.max {
			l := Leak{Row: int64(s.first+i) + 1, AsOf: s.spine.asOf[i], Name: o.Name, Used: used.leaked(i), Known: known.leaked(i)}
			l.Keys, l.Key = s.keysOf(o.Cell, i)
			s.report.First = append(s.report.First, l)
		}
	}
	return n
}

// keysOf returns the keys of an entity row that a feature depends on: those of its view, or of every view that an
// on-demand feature may need.
func (s *leakSearch) keysOf(of feature.Cell, row int) (keys []value.Field, key []value.Value) {
	uses := s.sel.Uses
	if of.Use >= 0 {
		uses = uses[of.Use : of.Use+1]
	}
	keys = Keys(uses)
	for _, f := range keys {
		key = append(key, s.spine.keys.Column(f.Name).At(row))
	}
	return keys, key
}

// cells are those of one feature, before defaults unless it is an on-demand feature.
type cells struct {
	status         []value.Status
	event, created []eventtime.Instant // nil: none has a time
	values         *value.Column
}

func (a *answered) cells(of feature.Cell) cells {
	if of.Use == feature.FromDerived {
		c := &a.derived[of.Field]
		return cells{status: c.Status, event: c.Event, values: c.Values}
	}
	v := &a.uses[of.Use]
	return cells{v.Status, v.Event, v.Created, v.Columns[of.Field]}
}

func (c *cells) leaked(i int) LeakedValue {
	out := LeakedValue{Status: c.status[i], Value: c.values.At(i), Event: eventtime.None, Created: eventtime.None}
	if c.event != nil {
		out.Event = c.event[i]
	}
	if c.created != nil {
		out.Created = c.created[i]
	}
	out.Status = out.Status.Of(out.Value.IsNull())
	return out
}
