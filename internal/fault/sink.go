package fault

import (
	"context"

	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/value"
)

// Sink wraps a sink. Torn writes the first half of the rows.
func Sink(s sink.Sink, in *Injector) sink.Sink { return &faultySink{s, in} }

type faultySink struct {
	sink.Sink
	in *Injector
}

func (s *faultySink) Write(ctx context.Context, table string, rows *sink.Rows) (out sink.Outcome, err error) {
	err = s.in.around(ctx, "Write", call{
		do: func() (err error) { out, err = s.Sink.Write(ctx, table, rows); return err },
		part: func() error {
			_, err := s.Sink.Write(ctx, table, head(rows, rows.Len()/2))
			return err
		},
	})
	if err != nil {
		return sink.Outcome{}, err
	}
	return out, nil
}

// head returns the first n rows.
func head(r *sink.Rows, n int) *sink.Rows {
	h := *r
	h.Encoded, h.Event, h.Created = r.Encoded[:n], r.Event[:n], r.Created[:n]
	if r.Deleted != nil {
		h.Deleted = r.Deleted[:n]
	}
	h.Fields = headColumns(r.Fields, n)
	return &h
}

func headColumns(cols []*value.Column, n int) []*value.Column {
	out := make([]*value.Column, len(cols))
	for i, c := range cols {
		out[i] = value.NewColumn(c.Type, n)
		for row := range n {
			out[i].Append(c.At(row))
		}
	}
	return out
}
