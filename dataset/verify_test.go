package dataset_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

var history = []string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:String"}

// saved returns a store with a view "v" and a saved set "s" of three rows in a file of a format, split or whole.
func saved(t *testing.T, file string, split *dataset.Split) (*storetest.Rig, *dataset.Manifest, drivers.DatasetFiles) {
	t.Helper()
	r := storetest.New(t, noon, nil)
	t.Cleanup(func() { r.Store.Close() })
	r.Offline.Put("src", storetest.Batch(history, []any{"a", noon - 10, noon - 10, 1, "x"}, []any{"a", noon - 5, noon - 5, 2, nil}, []any{"b", noon - 10, nil, 3, ""}))
	r.Apply(t, storetest.Set("created", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}, feature.Field{Name: "g", Type: value.Scalar(value.String)}))
	req := &truepoint.HistoricalRequest{
		Spine: storetest.Batch([]string{"label:Int64", "k:String", "event_timestamp:UnixTimestamp"},
			[]any{7, "b", noon}, []any{8, "a", noon - 7}, []any{9, "a", noon}, []any{6, "c", noon}),
		Features: []string{"v:f", "v:g"},
	}
	res, err := r.Store.Historical(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	m, err := r.Store.RecordDataset(t.Context(), req, res)
	if err != nil {
		t.Fatal(err)
	}
	m.Name = "s"
	files := drivers.DatasetFiles{Dir: t.TempDir()}
	parts := map[dataset.Part]*value.Batch{dataset.All: res.Batch}
	if split != nil {
		m.Split = split.String()
		train, test, err := split.Divide([]value.Field{{Name: "k", Type: value.Scalar(value.String)}}).Next(res.Batch, nil)
		if err != nil {
			t.Fatal(err)
		}
		parts = map[dataset.Part]*value.Batch{dataset.Train: train, dataset.Test: test}
	}
	for _, part := range []dataset.Part{dataset.All, dataset.Train, dataset.Test} {
		if parts[part] == nil {
			continue
		}
		f := write(t, files, string(part)+"."+file, parts[part])
		f.Part = part
		m.Files = append(m.Files, f)
	}
	if err := r.Store.Datasets().Add(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return r, m, files
}

// write writes a file of a set.
func write(t *testing.T, files drivers.DatasetFiles, path string, b *value.Batch) dataset.File {
	t.Helper()
	if err := offline.WriteTable(filepath.Join(files.Dir, path), b); err != nil {
		t.Fatal(err)
	}
	bytes, sum, err := files.Sum(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return dataset.File{Part: dataset.All, Path: path, Rows: int64(b.Rows), Bytes: bytes, SHA256: sum}
}

func verify(t *testing.T, r *storetest.Rig, files dataset.Files) *dataset.Verification {
	t.Helper()
	v, err := r.Store.VerifyDataset(t.Context(), "s", files)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func causes(v *dataset.Verification) string {
	out := []string{}
	for _, c := range v.Causes {
		out = append(out, string(c.Kind)+" "+c.Subject)
	}
	return strings.Join(out, ", ")
}

func TestVerifyFindsASetIdenticalInEveryFormatWholeOrSplit(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"parquet", "csv", "jsonl"} {
		for _, split := range []*dataset.Split{nil, {By: dataset.ByKey, Share: 0.5}} {
			r, m, files := saved(t, file, split)
			v := verify(t, r, files)
			if !v.Identical || v.Rows != 4 || v.Cells != 8 || v.Different != 0 || len(v.Causes)+len(v.Notes) != 0 {
				t.Errorf("%s, split %q: %+v", file, m.Split, v)
			}
		}
	}
}

func TestVerifyLeavesOutRowsThatWereAppendedLater(t *testing.T) {
	t.Parallel()
	r, _, files := saved(t, "parquet", nil)
	if err := r.Offline.Append(t.Context(), storetest.Set("created").Sources[0], "push", storetest.Batch(history, []any{"a", noon - 1, noon - 1, 99, "z"})); err != nil {
		t.Fatal(err)
	}
	v := verify(t, r, files)
	if !v.Identical || len(v.Notes) != 1 || !strings.Contains(v.Notes[0], `"src"`) {
		t.Errorf("%+v", v)
	}
}

func TestVerifyNamesTheCellsThatASourceChangedAndWhy(t *testing.T) {
	t.Parallel()
	r, _, files := saved(t, "csv", nil)
	r.Offline.Put("src", storetest.Batch(history, []any{"a", noon - 10, noon - 10, 1, "x"}, []any{"a", noon - 5, noon - 5, 20, nil}, []any{"b", noon - 10, nil, 3, ""}))
	v := verify(t, r, files)
	if v.Identical || v.Different != 1 || causes(v) != "source_file src" || len(v.Features) != 1 || !strings.Contains(v.Features[0].Why, "src") {
		t.Fatalf("%+v", v)
	}
	if d := v.First[0]; d.Column != "f" || d.Row != 3 || d.Saved.Int() != 2 || d.Now.Int() != 20 || d.Path != "all.csv" {
		t.Errorf("%+v", d)
	}
}

func TestVerifyOfASourceThatVanishedSaysSo(t *testing.T) {
	t.Parallel()
	r, _, files := saved(t, "csv", nil)
	r.Offline.Put("src")
	v := verify(t, r, files)
	if v.Identical || v.Rows != 0 || causes(v) != "source_file src" || len(v.Notes) != 1 {
		t.Errorf("%+v", v)
	}
}

func TestVerifyNamesTheCellsOfASetFileThatWasChanged(t *testing.T) {
	t.Parallel()
	r, m, files := saved(t, "csv", nil)
	path := filepath.Join(files.Dir, "all.csv")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), ",1,x", ",5,x", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	v := verify(t, r, files)
	if v.Identical || v.Different != 1 || v.First[0].Row != 2 || causes(v) != "set_file all.csv" {
		t.Errorf("%+v of %s", v, text)
	}
	for _, broken := range []string{"", "label,k\n1,2\n", string(text) + string(text)} {
		if err := os.WriteFile(path, []byte(broken), 0o644); err != nil {
			t.Fatal(err)
		}
		if v := verify(t, r, files); v.Identical || causes(v) != "set_file all.csv" || v.Rows != 0 {
			t.Errorf("%q: %+v", broken, v)
		}
	}
	if err := files.Remove(t.Context(), m.Files[0].Path); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, r, files); v.Identical || causes(v) != "set_file all.csv" {
		t.Errorf("%+v", v)
	}
}

func TestVerifyUsesTheDefinitionsOfTheSetsRevision(t *testing.T) {
	t.Parallel()
	r, m, files := saved(t, "csv", nil)
	newer := storetest.Set("created", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}, feature.Field{Name: "g", Type: value.Scalar(value.String)})
	newer.Views[0].TTL = 3
	r.Apply(t, newer)
	if v := verify(t, r, files); !v.Identical || len(v.Notes) != 1 || !strings.Contains(v.Notes[0], "changed after") {
		t.Errorf("%+v", v)
	}
	m.Revision = 2 // as if the registry were another one
	if err := r.Store.Datasets().Replace(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, r, files); v.Identical || causes(v) != "definitions v" || v.Different == 0 || !strings.Contains(v.Features[0].Why, "definition") {
		t.Errorf("%+v", v)
	}
	m.Revision = 9
	if err := r.Store.Datasets().Replace(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, r, files); !strings.HasPrefix(causes(v), "definitions s") {
		t.Errorf("%+v", v)
	}
}

func TestVerifyOfAnUnknownSetSuggests(t *testing.T) {
	t.Parallel()
	r, _, files := saved(t, "csv", nil)
	if _, err := r.Store.VerifyDataset(t.Context(), "ss", files); errs.CodeOf(err) != errs.NotFound {
		t.Errorf("got %v", err)
	}
}
