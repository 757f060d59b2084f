package onlinesink_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/sink/onlinesink"
	"github.com/truepoint/truepoint/sink/sinktest"
	"github.com/truepoint/truepoint/value"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	sinktest.Run(t, func(t *testing.T) sinktest.Target {
		store := online.New(memonline.New(), nil)
		return sinktest.Target{Sink: onlinesink.New(store), Read: func(t *testing.T) []sinktest.Row { return read(t, store) }}
	})
}

// read returns every row of the suite's table, as a reader of the store sees it.
func read(t *testing.T, store *online.Store) []sinktest.Row {
	t.Helper()
	r := &online.Read{Use: sinktest.Use(), Table: sinktest.Table}
	if err := store.Scan(context.Background(), sinktest.Table, func(c online.Cell) bool {
		r.Keys = append(r.Keys, bytes.Clone(c.Key))
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if err := store.Read(context.Background(), []*online.Read{r}); err != nil {
		t.Fatal(err)
	}
	out := make([]sinktest.Row, len(r.Keys))
	for i, k := range r.Keys {
		out[i] = sinktest.Row{Key: k, Event: r.Rows[i].Event, Created: r.Rows[i].Created, Deleted: r.Rows[i].Deleted, Cells: r.Cells[i]}
	}
	return out
}

// oneKey returns rows of view v, which has no entities and one Int64 field, at the given event times.
func oneKey(events ...eventtime.Instant) *sink.Rows {
	fields := []feature.Field{{Name: "n", Type: value.Scalar(value.Int64)}}
	r := &sink.Rows{Use: &feature.Use{View: &feature.View{Name: "v", Schema: fields}, Fields: fields}, Event: events, Snapshot: 9}
	c := value.NewColumn(fields[0].Type, len(events))
	key, err := value.AppendKey(nil, nil)
	if err != nil {
		panic(err)
	}
	for _, e := range events {
		r.Encoded = append(r.Encoded, key)
		r.Created = append(r.Created, eventtime.None)
		c.Append(value.OfInt64(int64(e)))
	}
	r.Fields = []*value.Column{c}
	return r
}

func TestRowsOfOneKeyAreReducedToTheNewest(t *testing.T) {
	t.Parallel()
	store := online.New(memonline.New(), nil)
	rows := oneKey(3, 7, 7, 5)
	out, err := onlinesink.New(store).Write(context.Background(), "p/v/1", rows)
	if err != nil || out.Written != 1 || out.Superseded != 3 {
		t.Fatalf("got %+v, %v; want 1 written, 3 superseded", out, err)
	}
	r := &online.Read{Use: rows.Use, Table: "p/v/1", Keys: rows.Encoded[:1]}
	if err := store.Read(context.Background(), []*online.Read{r}); err != nil || r.Rows[0].Event != 7 || r.Cells[0][0].Int() != 7 {
		t.Errorf("got %+v %v, %v; want event 7", r.Rows[0], r.Cells[0], err)
	}
}

func TestRowsMustHaveEveryFieldOfTheView(t *testing.T) {
	t.Parallel()
	rows := oneKey(1)
	rows.Use.View.Schema = append(rows.Use.View.Schema, feature.Field{Name: "other", Type: value.Scalar(value.Int64)})
	if _, err := onlinesink.New(online.New(memonline.New(), nil)).Write(context.Background(), "p/v/1", rows); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("got %v, want invalid_argument", err)
	}
	rows = oneKey(1)
	rows.Fields[0] = value.NewColumn(value.Scalar(value.Int32), 1)
	rows.Fields[0].Append(value.OfInt32(1))
	if _, err := onlinesink.New(online.New(memonline.New(), nil)).Write(context.Background(), "p/v/1", rows); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("got %v, want invalid_argument", err)
	}
}
