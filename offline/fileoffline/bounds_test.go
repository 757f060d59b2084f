package fileoffline_test

import (
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

func TestPartsKnowTheBoundsOfRenamedColumns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := &value.Batch{}
	ids, times := value.NewColumn(value.Scalar(value.Int64), 0), value.NewColumn(value.Scalar(value.UnixTimestamp), 0)
	for i := range 5 {
		ids.Append(value.OfInt64(int64(10 - i)))
		times.Append(value.OfInstant(eventtime.Instant(100 + i)))
	}
	b.Add("id", ids)
	b.Add("ts", times)
	if err := offline.WriteTable(filepath.Join(dir, "h.parquet"), b); err != nil {
		t.Fatal(err)
	}
	s := &feature.Source{Name: "s", Type: feature.FileSource, Path: "h.parquet", TimestampField: "ts", FieldMapping: map[string]string{"id": "user"}}
	snap, err := fileoffline.New(dir, nil).Open(t.Context(), s, []value.Field{
		{Name: "user", Type: value.Scalar(value.Int64)}, {Name: "ts", Type: value.Scalar(value.UnixTimestamp)},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	p := snap.Parts()[0].(pit.BoundedPart)
	for column, want := range map[string][2]value.Value{
		"user": {value.OfInt64(6), value.OfInt64(10)}, "ts": {value.OfInstant(100), value.OfInstant(104)},
	} {
		if low, high, ok := p.Bounds(column); !ok || !low.Identical(want[0]) || !high.Identical(want[1]) {
			t.Errorf("column %q: got %v to %v, %v, want %v", column, low, high, ok, want)
		}
	}
}
