package historical

import (
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit"
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
func (s *leakSearch) chunk(sp *spine, have, want *pit.Result, res *Result) {
	s.spine, s.rows = sp, make([]bool, len(sp.asOf))
	for v := range s.sel.Uses {
		for f := range s.sel.Uses[v].Fields {
			n := s.compare(&s.sel.Uses[v], f, &have.Views[v], &want.Views[v])
			res.Views[v].Features[f].Leaked = n
			s.report.Changed += n
			s.report.Cells += int64(len(s.rows))
		}
	}
	for _, leaky := range s.rows {
		if leaky {
			s.report.Rows++
		}
	}
	s.first += len(s.rows)
}

// compare counts the rows of feature f in which two answers disagree in status or differ in value, and marks them.
func (s *leakSearch) compare(u *feature.Use, f int, a, b *pit.ViewResult) int64 {
	var n int64
	for i := range s.rows {
		same := a.Status[i].Agrees(b.Status[i])
		if same && a.Status[i] == value.Present {
			same = a.Columns[f].At(i).Identical(b.Columns[f].At(i))
		}
		if same {
			continue
		}
		s.rows[i] = true
		n++
		if len(s.report.First) < s.max {
			s.report.First = append(s.report.First, s.leak(u, f, i, [2]*pit.ViewResult{a, b}))
		}
	}
	return n
}

// leak describes the cell of feature f in row i: what was used, and what was known.
func (s *leakSearch) leak(u *feature.Use, f, i int, sides [2]*pit.ViewResult) Leak {
	l := Leak{Row: int64(s.first+i) + 1, AsOf: s.spine.asOf[i], Name: u.Outputs[f], Used: leakedValue(sides[0], f, i), Known: leakedValue(sides[1], f, i)}
	for k, name := range u.Columns {
		l.Keys = append(l.Keys, value.Field{Name: name, Type: u.Keys[k].Type})
		l.Key = append(l.Key, s.spine.keys.Column(name).At(i))
	}
	return l
}

func leakedValue(v *pit.ViewResult, f, i int) LeakedValue {
	out := LeakedValue{Status: v.Status[i], Value: v.Columns[f].At(i), Event: v.Event[i], Created: v.Created[i]}
	if out.Status == value.Present && out.Value.IsNull() {
		out.Status = value.NullValue
	}
	return out
}
