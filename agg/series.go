package agg

import (
	"encoding/binary"
	"slices"
	"sort"

	"github.com/truepoint/truepoint/value"
)

// A series is the State of first and last and their variants: the rows that stand first, at most as many as are asked
// for. With newest, time is looked at backwards. Of distinct values each stands where it stood first. Rows that Order
// leaves tied, which are deliveries of one row, are ordered by value.
type series struct {
	spec             Spec
	newest, distinct bool
	rows             []occurrence // in the order of before
}

// An occurrence is a value at its place in time.
type occurrence struct {
	at    Order
	value value.Value
	same  string // bytes that equal values share; of distinct series only
}

func newOldest(s Spec) State         { return &series{spec: s} }
func newNewest(s Spec) State         { return &series{spec: s, newest: true} }
func newOldestDistinct(s Spec) State { return &series{spec: s, distinct: true} }
func newNewestDistinct(s Spec) State { return &series{spec: s, newest: true, distinct: true} }

// compare returns −1 if a stands before b, 1 if it stands behind.
func (s *series) compare(a, b *occurrence) int {
	c := a.at.Compare(&b.at)
	if c == 0 {
		c = value.Compare(a.value, b.value)
	}
	if s.newest {
		return -c
	}
	return c
}

func (s *series) Add(v value.Value, at Order) {
	o := s.occurrence(v, at)
	s.insert(&o)
}

func (s *series) occurrence(v value.Value, at Order) occurrence {
	o := occurrence{at: at, value: v}
	if s.distinct {
		o.same = string(appendValue(nil, &s.spec.Input, canonical(v)))
	}
	return o
}

func (s *series) insert(o *occurrence) {
	limit := max(s.spec.N, 1)
	if len(s.rows) == limit && s.compare(&s.rows[limit-1], o) <= 0 {
		return
	}
	if s.distinct {
		if i := slices.IndexFunc(s.rows, func(r occurrence) bool { return r.same == o.same }); i >= 0 {
			if s.compare(&s.rows[i], o) <= 0 {
				return
			}
			s.rows = slices.Delete(s.rows, i, i+1)
		}
	}
	at := sort.Search(len(s.rows), func(i int) bool { return s.compare(&s.rows[i], o) >= 0 })
	if len(s.rows) == limit {
		s.rows = s.rows[:limit-1] // the last gives way
	}
	s.rows = slices.Insert(s.rows, at, *o)
}

func (s *series) Merge(other State) {
	rows := other.(*series).rows
	for i := range rows {
		s.insert(&rows[i])
	}
}

// Final returns the value, null of nothing; of a series that asks for N values an Array of them, oldest first.
func (s *series) Final() (value.Value, error) {
	if s.spec.N == 0 {
		if len(s.rows) == 0 {
			return value.Value{}, nil
		}
		return s.rows[0].value, nil
	}
	parts := make([]value.Value, len(s.rows))
	for i, r := range s.rows {
		parts[i] = r.value
	}
	if s.newest {
		slices.Reverse(parts)
	}
	return value.OfList(value.Array, parts), nil
}

func (s *series) Append(dst []byte) []byte {
	dst = binary.AppendUvarint(append(dst, StateFormat, kindSeries), uint64(len(s.rows)))
	for _, r := range s.rows {
		dst = appendValue(appendOrder(dst, r.at), &s.spec.Input, r.value)
	}
	return dst
}

func (s *series) parse(r *reader) {
	r.kind(kindSeries)
	seen := map[string]bool{}
	for n := r.count(uint64(max(s.spec.N, 1))); n > 0 && r.why == ""; n-- {
		at := r.order()
		v := r.value(&s.spec.Input)
		if r.why != "" {
			return
		}
		o := s.occurrence(v, at)
		if last := len(s.rows) - 1; last >= 0 && s.compare(&s.rows[last], &o) > 0 || s.distinct && seen[o.same] {
			r.fail("rows that are not in order")
		}
		seen[o.same] = true
		s.rows = append(s.rows, o)
	}
}
