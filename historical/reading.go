package historical

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// A reading turns the user's entity rows into spines, whole or chunk by chunk, and collects what is wrong with them.
type reading struct {
	sel    *feature.Selection
	req    *Request
	rows   int // of the chunks before
	keys   []keyFaults
	column error // of the time column as a whole
	times  errs.Rows
}

// keyFaults are the faults of one join key.
type keyFaults struct {
	missing *errs.Error
	from    value.Type
	bad     errs.Rows
}

func newReading(sel *feature.Selection, req *Request) *reading {
	return &reading{sel: sel, req: req, keys: make([]keyFaults, len(sel.Request))}
}

// read returns the spine of b, whose rows follow those read before. It is whole unless err tells of a fault.
func (r *reading) read(b *value.Batch) *spine {
	sp := &spine{columns: b, keys: &value.Batch{Rows: b.Rows}}
	for i, f := range r.sel.Request {
		from := b.Column(f.Name)
		if from == nil {
			r.keys[i].missing = missing(f, r.sel, b)
			continue
		}
		sp.keys.Add(f.Name, r.key(i, from))
	}
	sp.keys.Rows = b.Rows
	sp.asOf, r.column = r.instants(b)
	r.rows += b.Rows
	return sp
}

// err returns what is wrong with the rows read so far.
func (r *reading) err() error {
	var faults errs.List
	for i, f := range r.sel.Request {
		k := &r.keys[i]
		if k.missing != nil {
			faults.Add(k.missing)
		}
		if k.bad.First() != nil {
			faults.Add(errs.Wrap(k.bad.First(), errs.InvalidArgument, "column %q of the entity rows is %s, but %s %q is %s: %s",
				f.Name, k.from, kind(f.Name, r.sel), f.Name, f.Type, &k.bad).WithID("T0347").WithHint("convert the column to %s", f.Type))
		}
	}
	faults.AddErr(r.column)
	if r.times.First() != nil {
		faults.Add(errs.Wrap(r.times.First(), errs.InvalidArgument, "time column %q of the entity rows: %s", r.timeColumn(), &r.times).
			WithID("T0349").WithHint("write RFC 3339, such as 2026-03-12T10:00:00Z"))
	}
	return faults.Err()
}

// kind names a column of the entity rows by what it is needed for.
func kind(column string, sel *feature.Selection) string {
	for i := range sel.Uses {
		if slices.Contains(sel.Uses[i].Columns, column) {
			return "join key"
		}
	}
	return "request column"
}

// key returns a column as the declared type of the i-th join key. Nulls stay null: pit decides about them.
func (r *reading) key(i int, from *value.Column) *value.Column {
	f := r.sel.Request[i]
	if from.Type.Equal(f.Type) {
		return from
	}
	r.keys[i].from = from.Type
	to := value.NewColumn(f.Type, from.Len())
	for row := range from.Len() {
		v, err := value.Convert(from.At(row), f.Type)
		if err != nil {
			r.keys[i].bad.Add(r.rows+row, err)
		}
		to.Append(v)
	}
	return to
}

func (r *reading) timeColumn() string { return cmp.Or(r.req.TimeColumn, DefaultTimeColumn) }

// instants returns the asOf of every row, None for null.
func (r *reading) instants(b *value.Batch) ([]eventtime.Instant, error) {
	name := r.timeColumn()
	c := b.Column(name)
	if c == nil {
		hint := errs.DidYouMean(name, b.Names)
		if hint == "" {
			hint = fmt.Sprintf("name the time column with --timestamp-field; the entity rows have %s", strings.Join(b.Names, ", "))
		}
		return nil, errs.New(errs.InvalidArgument, "the entity rows have no time column %q", name).WithID("T0348").WithHint("%s", hint)
	}
	read, err := instantOf(name, c, r.req)
	if err != nil {
		return nil, err
	}
	out := make([]eventtime.Instant, c.Len())
	for i := range out {
		if c.Null(i) {
			out[i] = eventtime.None
			continue
		}
		if out[i], err = read(i); err != nil {
			r.times.Add(r.rows+i, err)
		}
	}
	return out, nil
}
