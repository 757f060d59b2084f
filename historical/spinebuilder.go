package historical

import (
	"cmp"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A spineBuilder makes a spine of encoded keys and moments.
type spineBuilder struct {
	fields []value.Field
	keys   []*value.Column
	times  *value.Column
	asOf   []eventtime.Instant
}

// newSpineBuilder returns a builder of spines with these key columns, whose encoded keys have their parts in this order.
func newSpineBuilder(fields []value.Field) *spineBuilder {
	b := &spineBuilder{fields: fields, keys: make([]*value.Column, len(fields)), times: value.NewColumn(value.Scalar(value.UnixTimestamp), 0)}
	for k, f := range fields {
		b.keys[k] = value.NewColumn(f.Type, 0)
	}
	return b
}

// add appends a row.
func (b *spineBuilder) add(key []byte, at eventtime.Instant) error {
	parts, err := value.DecodeKey(key)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "key of row %d of the entity rows", len(b.asOf)+1)
	}
	for k, p := range parts {
		b.keys[k].Append(p)
	}
	b.times.Append(value.OfInstant(at))
	b.asOf = append(b.asOf, at)
	return nil
}

// spine returns the rows; the time column is called as the request says.
func (b *spineBuilder) spine(req *Request) *spine {
	sp := &spine{columns: &value.Batch{}, keys: &value.Batch{}, asOf: b.asOf}
	for k, f := range b.fields {
		sp.keys.Add(f.Name, b.keys[k])
		sp.columns.Add(f.Name, b.keys[k])
	}
	sp.columns.Add(cmp.Or(req.TimeColumn, DefaultTimeColumn), b.times)
	sp.keys.Rows = len(b.asOf)
	return sp
}
