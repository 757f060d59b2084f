package dataset

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Sides tells the part of every row of a set.
type Sides struct {
	Train []bool // per row
	Rows  int64  // of Train
	// Boundary is the last moment of train in a split by time; the test part begins later. None in a split by key.
	Boundary eventtime.Instant
	// Keys counts the distinct keys of a split by key, TrainKeys those that went to train.
	Keys, TrainKeys int64
}

// ByMoment divides rows by their moments. The boundary lies between two moments, as near to the share of rows as it can:
// rows that tie at the boundary go to one side together, and both sides have a row. A row without a moment (None) goes
// to train, as does every row where the others have less than two moments.
func (s *Split) ByMoment(asOf []eventtime.Instant) *Sides {
	out := &Sides{Train: make([]bool, len(asOf)), Boundary: eventtime.Max}
	sorted := slices.DeleteFunc(slices.Clone(asOf), func(i eventtime.Instant) bool { return i == eventtime.None })
	slices.Sort(sorted)
	if n := len(sorted); n > 0 && sorted[0] < sorted[n-1] {
		out.Boundary = sorted[s.cut(sorted)-1]
	}
	for i, at := range asOf {
		if out.Train[i] = at == eventtime.None || at <= out.Boundary; out.Train[i] {
			out.Rows++
		}
	}
	return out
}

// cut returns how many of sorted moments, at least two of which differ, go to train.
func (s *Split) cut(sorted []eventtime.Instant) int {
	n, want := len(sorted), s.Share*float64(len(sorted))
	at := sorted[min(int(want), n-1)]
	low, _ := slices.BinarySearch(sorted, at)
	high, _ := slices.BinarySearch(sorted, at+1)
	if low == 0 || high < n && float64(high)-want < want-float64(low) {
		return high
	}
	return low
}

// ByColumns divides rows by a hash of the seed and the values of columns, which stand for a key and have equal lengths:
// a key's side depends on nothing else. The first 53 bits of SHA-256 over the seed, a zero byte and, for each column,
// 0 for null or 1 and the value as value.AppendPart writes it, are a number from 0 to 1; below the share is train.
// Errors: InvalidArgument for a value that cannot be encoded.
func (s *Split) ByColumns(columns []*value.Column, rows int) (*Sides, error) {
	out := &Sides{Train: make([]bool, rows), Boundary: eventtime.None}
	sides := map[string]bool{}
	var buf []byte
	for i := range rows {
		var err error
		if buf, err = appendTuple(append(append(buf[:0], s.Seed...), 0), columns, i); err != nil {
			return nil, err
		}
		train, known := sides[string(buf)]
		if !known {
			train = s.below(buf)
			sides[string(buf)] = train
			out.Keys++
			if train {
				out.TrainKeys++
			}
		}
		if out.Train[i] = train; train {
			out.Rows++
		}
	}
	return out, nil
}

func (s *Split) below(key []byte) bool {
	sum := sha256.Sum256(key)
	return float64(binary.BigEndian.Uint64(sum[:8])>>11)/(1<<53) < s.Share
}

func appendTuple(dst []byte, columns []*value.Column, i int) ([]byte, error) {
	for _, c := range columns {
		if c.Null(i) {
			dst = append(dst, 0)
			continue
		}
		v, err := value.AppendPart(append(dst, 1), &c.Type, c.At(i))
		if err != nil {
			return dst, err
		}
		dst = v
	}
	return dst, nil
}

// Divide divides a set. The spine says which of its columns are keys, with their types, and asOf is each row's moment.
// Errors: InvalidArgument for a column that the set lacks and for a split by keys of a set that has none.
func (s *Split) Divide(set *value.Batch, keys []value.Field, asOf []eventtime.Instant) (*Sides, error) {
	if s.By == ByTime {
		return s.ByMoment(asOf), nil
	}
	columns, err := s.columns(set, keys)
	if err != nil {
		return nil, err
	}
	return s.ByColumns(columns, set.Rows)
}

func (s *Split) columns(set *value.Batch, keys []value.Field) ([]*value.Column, error) {
	if s.Column != "" {
		c := set.Column(s.Column)
		if c == nil {
			return nil, errs.New(errs.InvalidArgument, "split %q: the set has no column %q", s, s.Column).WithID("T0626").
				WithHint("it has %s", strings.Join(set.Names, ", "))
		}
		return []*value.Column{c}, nil
	}
	if len(keys) == 0 {
		return nil, errs.New(errs.InvalidArgument, "split %q: the features asked for have no entity, so there are no keys", s).WithID("T0626").
			WithHint("split by time, or by a column: key:0.8:SEED:COLUMN")
	}
	keys = slices.SortedFunc(slices.Values(keys), func(a, b value.Field) int { return cmp.Compare(a.Name, b.Name) })
	out := make([]*value.Column, len(keys))
	for k, f := range keys {
		c := set.Column(f.Name)
		if c == nil {
			return nil, errs.New(errs.Internal, "the set has no column %q", f.Name)
		}
		out[k] = value.NewColumn(f.Type, set.Rows)
		for i := range set.Rows {
			v, err := value.Convert(c.At(i), f.Type)
			if err != nil {
				return nil, errs.Wrap(err, errs.InvalidArgument, "split %q: column %q, row %d", s, f.Name, i+1)
			}
			out[k].Append(v)
		}
	}
	return out, nil
}

// Of returns the rows of a set that are in a part, in order.
func (s *Sides) Of(part Part, set *value.Batch) *value.Batch {
	out := &value.Batch{}
	for c, name := range set.Names {
		from := set.Columns[c]
		to := value.NewColumn(from.Type, 0)
		for i, train := range s.Train {
			if part == All || train == (part == Train) {
				to.Append(from.At(i))
			}
		}
		out.Add(name, to)
		out.Rows = to.Len()
	}
	return out
}
