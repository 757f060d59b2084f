package arrowvalue

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// ToRecord returns b as an Arrow record batch with the schema SchemaOf(b.Fields()). Columns may be lent: b must not
// change while the record lives.
func ToRecord(b *value.Batch) arrow.RecordBatch {
	arrays := make([]arrow.Array, len(b.Columns))
	for i, c := range b.Columns {
		arrays[i] = ToArray(c)
	}
	rec := array.NewRecordBatch(SchemaOf(b.Fields()), arrays, int64(b.Rows))
	for _, a := range arrays {
		a.Release()
	}
	return rec
}

// FromRecord returns rec as a batch, each column of the type that TypeOfField gives it; opt.Column is ignored. The
// batch shares no memory with rec. Errors: InvalidArgument for a column name that occurs twice, and those of TypeOf and
// ToColumn.
func FromRecord(rec arrow.RecordBatch, opt Options) (*value.Batch, error) {
	b := &value.Batch{Rows: int(rec.NumRows())}
	for i, f := range rec.Schema().Fields() {
		if b.Column(f.Name) != nil {
			return nil, errs.New(errs.InvalidArgument, "the column name %q occurs twice", f.Name).WithID("T0116")
		}
		t, err := TypeOfField(f)
		if err != nil {
			return nil, errs.Wrap(err, errs.CodeOf(err), "column %q", f.Name)
		}
		opt.Column = f.Name
		c := value.NewColumn(t, int(rec.NumRows()))
		if err := ToColumn(c, rec.Column(i), opt); err != nil {
			return nil, err
		}
		b.Add(f.Name, c)
	}
	return b, nil
}
