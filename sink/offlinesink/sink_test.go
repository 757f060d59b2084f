package offlinesink_test

import (
	"context"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/sink/offlinesink"
	"github.com/truepoint/truepoint/sink/sinktest"
	"github.com/truepoint/truepoint/value"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	sinktest.Run(t, func(t *testing.T) sinktest.Target {
		d := memoffline.New()
		d.Put(sinktest.Use().Source.Name, empty())
		return sinktest.Target{Sink: offlinesink.New(d), Arrival: true, Read: func(t *testing.T) []sinktest.Row { return read(t, d) }}
	})
}

// columns returns the columns of the suite's source.
func columns() []value.Field {
	u := sinktest.Use()
	at := value.Scalar(value.UnixTimestamp)
	out := append(u.Keys, value.Field{Name: "event_timestamp", Type: at}, value.Field{Name: "created", Type: at}, value.Field{Name: "gone", Type: value.Scalar(value.Bool)})
	for _, f := range u.Fields {
		out = append(out, value.Field{Name: f.Name, Type: f.Type})
	}
	return out
}

func empty() *value.Batch {
	b := &value.Batch{}
	for _, f := range columns() {
		b.Add(f.Name, value.NewColumn(f.Type, 0))
	}
	return b
}

// read returns the whole history.
func read(t *testing.T, d offline.Driver) []sinktest.Row {
	t.Helper()
	u, fields := sinktest.Use(), columns()
	s, err := d.Open(context.Background(), u.Source, fields, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	names := make([]string, len(fields))
	cols := make([]*value.Column, len(fields))
	for i, f := range fields {
		names[i], cols[i] = f.Name, value.NewColumn(f.Type, 0)
	}
	var out []sinktest.Row
	for _, p := range s.Parts() {
		if err := p.Read(context.Background(), names, cols); err != nil {
			t.Fatal(err)
		}
		for i := range p.Rows() {
			key, err := value.AppendKeyRow(nil, cols[:2], i)
			if err != nil {
				t.Fatal(err)
			}
			r := sinktest.Row{Key: key, Event: cols[2].Instant(i), Created: cols[3].Instant(i), Deleted: cols[4].At(i).Bool()}
			for _, c := range cols[5:] {
				r.Cells = append(r.Cells, c.At(i))
			}
			out = append(out, r)
		}
	}
	return out
}

func TestColumnsCarryTheNamesOfViews(t *testing.T) {
	t.Parallel()
	rows := sinktest.OneRow()
	rows.Use.Source.FieldMapping = map[string]string{"ts": "event_timestamp", "cnt": "count"}
	rows.Use.Source.TimestampField = "ts"
	d := &recording{}
	if _, err := offlinesink.New(d).Write(context.Background(), sinktest.Table, rows); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"region", "user_id", "event_timestamp", "created", "gone", "count", "text"} {
		if d.batch.Column(name) == nil {
			t.Errorf("column %q is missing among %q", name, d.batch.Names)
		}
	}
	if got := d.batch.Column("created").Instant(0); got != rows.Snapshot {
		t.Errorf("created: got %d, want the arrival %d", got, rows.Snapshot)
	}
}

func TestWhatCannotBeAppendedIsRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spoil func(*sink.Rows)
		want  errs.Code
	}{
		"no id":                            {func(r *sink.Rows) { r.ID = "" }, errs.InvalidArgument},
		"a delete without a column for it": {func(r *sink.Rows) { r.Use.Source.DeletedColumn = ""; r.Deleted = []bool{true} }, errs.FailedPrecondition},
		"a key of too few parts":           {func(r *sink.Rows) { r.Keys, r.Encoded = nil, [][]byte{key(t, value.OfInt64(1))} }, errs.InvalidArgument},
		"a key of other types": {func(r *sink.Rows) {
			r.Keys, r.Encoded = nil, [][]byte{key(t, value.OfString("1"), value.OfString("u"))}
		}, errs.InvalidArgument},
		"a field mapping with one name twice": {func(r *sink.Rows) { r.Use.Source.FieldMapping = map[string]string{"a": "x", "b": "x"} }, errs.InvalidArgument},
	} {
		rows := sinktest.OneRow()
		tt.spoil(rows)
		d := &recording{}
		if _, err := offlinesink.New(d).Write(context.Background(), sinktest.Table, rows); errs.CodeOf(err) != tt.want || d.batch != nil {
			t.Errorf("%s: got %v, appended %v; want %v and nothing appended", name, err, d.batch, tt.want)
		}
	}
}

func key(t *testing.T, parts ...value.Value) []byte {
	t.Helper()
	k, err := value.AppendKey(nil, parts)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// recording keeps the batch that was appended.
type recording struct {
	offline.Driver
	batch *value.Batch
}

func (r *recording) Append(_ context.Context, _ *feature.Source, _ string, rows *value.Batch) error {
	r.batch = rows
	return nil
}
