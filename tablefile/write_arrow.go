package tablefile

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/arrowvalue"
)

// An arrowEncoder writes the Arrow IPC file format, also known as Feather version 2, without compression, so that
// readers can map it. Each batch of rows is a record batch.
type arrowEncoder struct{ w *ipc.FileWriter }

func newArrowEncoder(w io.Writer, fields []value.Field) (*arrowEncoder, error) {
	fw, err := ipc.NewFileWriter(w, ipc.WithSchema(arrowvalue.SchemaOf(fields)))
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "an Arrow file cannot have this schema")
	}
	return &arrowEncoder{fw}, nil
}

func (e *arrowEncoder) write(b *value.Batch) error {
	if b.Rows == 0 {
		return nil
	}
	rec := arrowvalue.ToRecord(b)
	defer rec.Release()
	return e.w.Write(rec)
}

func (e *arrowEncoder) close() error { return e.w.Close() }
