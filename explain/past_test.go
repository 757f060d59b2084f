package explain_test

import (
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/explain"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/value"
)

func TestHistoryNamesFileRowGroupAndRow(t *testing.T) {
	t.Parallel()
	const rows, group = 1<<17 + 10, 1 << 17 // as our own writer cuts them
	key, event := value.NewColumn(value.Scalar(value.String), 0), value.NewColumn(value.Scalar(value.UnixTimestamp), 0)
	f := value.NewColumn(value.Scalar(value.Int64), 0)
	for i := range rows {
		name := "other"
		if i == 5 {
			name = "early"
		} else if i == group+3 {
			name = "late"
		}
		key.Append(value.OfString(name))
		event.Append(value.OfInstant(noon))
		f.Append(value.OfInt64(int64(i)))
	}
	b := &value.Batch{}
	b.Add("k", key)
	b.Add("event", event)
	b.Add("f", f)
	dir := t.TempDir()
	if err := offline.WriteTable(filepath.Join(dir, "src.parquet"), b); err != nil {
		t.Fatal(err)
	}
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Sources[0].Path = "src.parquet"
	sel, err := set.SelectRefs([]string{"v:f"}, feature.ShortNames)
	if err != nil {
		t.Fatal(err)
	}
	d := fileoffline.New(dir, nil)
	defer d.Close()
	for name, want := range map[string]explain.Row{"early": {Group: 0, Position: 5}, "late": {Group: 1, Position: group + 3}} {
		got, err := explain.History(t.Context(), d, &sel.Uses[0], &explain.Past{Key: []value.Value{value.OfString(name)}, At: noon})
		if err != nil {
			t.Fatal(err)
		}
		w := got[0].Winner
		if w == nil || w.File != "src.parquet" || w.Group != want.Group || w.Position != want.Position || got[0].Value.Int() != want.Position {
			t.Errorf("%s: %+v", name, w)
		}
	}
}
