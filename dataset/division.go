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

// KeysMax is how many distinct keys a Division counts; it divides any number.
const KeysMax = 1 << 20

// A Division divides the rows of one set as they come, and counts them. Its memory does not grow with the set. It is for
// one goroutine. The caller closes it.
type Division struct {
	Rows, TrainRows int64
	// Boundary is the last moment of train in a split by time; the test part begins later. eventtime.Max where there are
	// less than two moments, None in a split by key.
	Boundary eventtime.Instant
	// Keys counts the distinct keys of a split by key, up to KeysMax, TrainKeys those of them that went to train.
	Keys, TrainKeys int64

	split   *Split
	keys    []value.Field
	moments moments
	settled bool // Boundary is known
	seen    map[uint64]struct{}
}

// Divide begins to divide a set. The spine says which of its columns are keys, with their types.
func (s *Split) Divide(keys []value.Field) *Division {
	keys = slices.SortedFunc(slices.Values(keys), func(a, b value.Field) int { return cmp.Compare(a.Name, b.Name) })
	return &Division{split: s, keys: keys, Boundary: eventtime.None, seen: map[uint64]struct{}{}}
}

// Moments takes the moments of rows, None for a row without one. A split by time has to have those of all rows before
// Next is called. Errors: those of the file system, which holds them where they are many.
func (d *Division) Moments(asOf []eventtime.Instant) error {
	if d.split.By != ByTime {
		return nil
	}
	return d.moments.add(asOf)
}

// Next divides a run of the set's rows, whose moments are asOf, in order.
//
// By time, the boundary lies between two moments, as near to the share of rows as it can: rows that tie at the boundary
// go to one side together, and both sides have a row. A row without a moment goes to train, as does every row where the
// others have less than two moments. By key, a key's side depends on the seed and its values alone.
//
// Errors: InvalidArgument for a column that the set lacks, for a split by keys of a set that has none, and for a value
// that cannot be encoded; those of Moments.
func (d *Division) Next(run *value.Batch, asOf []eventtime.Instant) (train, test *value.Batch, err error) {
	var first []bool // per row: it goes to train
	if d.split.By == ByTime {
		first, err = d.byMoment(asOf)
	} else {
		first, err = d.byKey(run)
	}
	if err != nil {
		return nil, nil, err
	}
	train, test = emptied(run), emptied(run)
	for at := 0; at < run.Rows; {
		end := at + 1
		for end < run.Rows && first[end] == first[at] {
			end++
		}
		to := test
		if first[at] {
			to = train
		}
		for c, column := range to.Columns {
			column.AppendRange(run.Columns[c], at, end)
		}
		to.Rows += end - at
		at = end
	}
	d.Rows, d.TrainRows = d.Rows+int64(run.Rows), d.TrainRows+int64(train.Rows)
	return train, test, nil
}

// Close removes what the division kept.
func (d *Division) Close() error { return d.moments.close() }

// emptied returns a batch with the columns of b and no rows.
func emptied(b *value.Batch) *value.Batch {
	out := &value.Batch{}
	for i, c := range b.Columns {
		out.Add(b.Names[i], value.NewColumn(c.Type, 0))
	}
	return out
}

// byMoment returns which rows of a run go to train.
func (d *Division) byMoment(asOf []eventtime.Instant) ([]bool, error) {
	if !d.settled {
		var err error
		if d.Boundary, err = d.moments.boundary(d.split.Share); err != nil {
			return nil, err
		}
		d.settled = true
	}
	out := make([]bool, len(asOf))
	for i, at := range asOf {
		out[i] = at == eventtime.None || at <= d.Boundary
	}
	return out, nil
}

// byKey returns which rows of a run go to train. The first 53 bits of SHA-256 over the seed, a zero byte and, for each
// column, 0 for null or 1 and the value as value.AppendPart writes it, are a number from 0 to 1; below the share is train.
func (d *Division) byKey(run *value.Batch) ([]bool, error) {
	columns, err := d.columns(run)
	if err != nil {
		return nil, err
	}
	var buf []byte
	out := make([]bool, run.Rows)
	for row := range out {
		if buf, err = appendTuple(append(append(buf[:0], d.split.Seed...), 0), columns, row); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(buf)
		hash := binary.BigEndian.Uint64(sum[:8])
		out[row] = float64(hash>>11)/(1<<53) < d.split.Share
		if _, known := d.seen[hash]; !known && len(d.seen) < KeysMax {
			d.seen[hash] = struct{}{}
			d.Keys++
			if out[row] {
				d.TrainKeys++
			}
		}
	}
	return out, nil
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

// columns returns the columns of a run whose values stay together, in their declared types.
func (d *Division) columns(run *value.Batch) ([]*value.Column, error) {
	s := d.split
	if s.Column != "" {
		c := run.Column(s.Column)
		if c == nil {
			return nil, errs.New(errs.InvalidArgument, "split %q: the set has no column %q", s, s.Column).WithID("T0626").
				WithHint("it has %s", strings.Join(run.Names, ", "))
		}
		return []*value.Column{c}, nil
	}
	if len(d.keys) == 0 {
		return nil, errs.New(errs.InvalidArgument, "split %q: the features asked for have no entity, so there are no keys", s).WithID("T0626").
			WithHint("split by time, or by a column: key:0.8:SEED:COLUMN")
	}
	out := make([]*value.Column, len(d.keys))
	for k, f := range d.keys {
		c := run.Column(f.Name)
		if c == nil {
			return nil, errs.New(errs.Internal, "the set has no column %q", f.Name)
		}
		out[k] = value.NewColumn(f.Type, run.Rows)
		for i := range run.Rows {
			v, err := value.Convert(c.At(i), f.Type)
			if err != nil {
				return nil, errs.Wrap(err, errs.InvalidArgument, "split %q: column %q, row %d", s, f.Name, d.Rows+int64(i)+1)
			}
			out[k].Append(v)
		}
	}
	return out, nil
}
