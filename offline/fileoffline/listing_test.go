package fileoffline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// files writes a directory of text files and returns it. A name that ends in "/" is an empty directory.
func files(t *testing.T, text map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range text {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if strings.HasSuffix(name, "/") {
			err = os.MkdirAll(at, 0o755)
		} else {
			err = os.WriteFile(at, []byte(body), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// row is a CSV file of one row.
func row(id string) string { return "id\n" + id + "\n" }

// source declares a file source without times.
func source(path string) *feature.Source {
	return &feature.Source{Name: "s", Type: feature.FileSource, Path: path}
}

// readColumn reads one column of a source as text, null as "null". Whatever comes of it, no file may change.
func readColumn(t *testing.T, root, path string, f value.Field) ([]string, error) {
	t.Helper()
	defer datatest.Dir(t, root)()
	snap, err := fileoffline.New(root, nil).Open(t.Context(), source(path), []value.Field{f}, nil)
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	return texts(t, snap, f.Name)
}

func texts(t *testing.T, snap offline.Snapshot, name string) ([]string, error) {
	t.Helper()
	var out []string
	for _, p := range snap.Parts() {
		c := new(value.Column)
		if err := p.Read(t.Context(), []string{name}, []*value.Column{c}); err != nil {
			return nil, err
		}
		for i := range c.Len() {
			if c.Null(i) {
				out = append(out, "null")
				continue
			}
			out = append(out, string(tablefile.AppendText(nil, c.At(i), c.Type)))
		}
	}
	return out, nil
}

var text = value.Scalar(value.String)

// id is the column of most files here, read as it is written.
var id = value.Field{Name: "id", Type: text}

// refused checks the code of an error and that it says all of the words.
func refused(t *testing.T, err error, code errs.Code, words ...string) {
	t.Helper()
	if errs.CodeOf(err) != code {
		t.Errorf("got %v (%v), want %v", errs.CodeOf(err), err, code)
		return
	}
	said := err.Error()
	for _, e := range errs.All(err) {
		said += "\n" + e.Hint
	}
	for _, w := range words {
		if !strings.Contains(said, w) {
			t.Errorf("%q does not say %q", said, w)
		}
	}
}

func TestPathsChooseFilesInOrder(t *testing.T) {
	t.Parallel()
	dir := files(t, map[string]string{
		"one.csv": row("one"), "d/b.csv": row("b"), "d/a.csv": row("a"), "d/a/z.csv": row("z"), "d/c.jsonl": `{"id":"c"}` + "\n",
		"g/x-1.csv": row("x1"), "g/x-2.csv": row("x2"), "g/y-1.csv": row("y1"), "lit/x[1].csv": row("literal"), "lit/x1.csv": row("globbed"),
		"sp ace/%2e.csv": row("plain"), "p/day=1/x.csv": row("p1"), "p/day=2/x.csv": row("p2"), "p/other/x.csv": row("p3"),
	})
	for path, want := range map[string]string{
		"one.csv": "one", "file://one.csv": "one", "file://" + dir + "/one.csv": "one", filepath.Join(dir, "one.csv"): "one", "d/../one.csv": "one",
		"d": "a z b c", "d/": "a z b c", "./d": "a z b c", "g/x-*.csv": "x1 x2", "g/?-1.csv": "x1 y1", "g/[xy]-1.csv": "x1 y1", "*/x-1.csv": "x1",
		"lit/x[1].csv": "literal", "lit/x[^1].csv": "", "sp ace/%2e.csv": "plain", "p/day=*": "p1 p2", filepath.Join(dir, "p", "*", "x.csv"): "p1 p2 p3",
		"*/a": "z",
	} {
		got, err := readColumn(t, dir, path, id)
		if want == "" {
			refused(t, err, errs.NotFound, `source "s"`, path)
			continue
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: got %q and %v, want %s", path, got, err, want)
		}
	}
}

func TestHivePartitionsBecomeColumns(t *testing.T) {
	t.Parallel()
	dir := files(t, map[string]string{
		"p/day=2026-03-11/country=KR/a.csv": row("1"), "p/day=2026-03-12/country=a%2Fb/a.csv": row("2"),
		"p/day=__HIVE_DEFAULT_PARTITION__/country=NO/a.csv": row("3"), "p/day=2026-03-13/country=/a.csv": row("4"),
		"n/k=1/a.csv": "id,k\nx,7\n", "n/k=9007199254740993/a.csv": "id,k\nx,7\n", "bad/k=%zz/a.csv": row("1"), "word/k=x/a.csv": row("1"),
	})
	for _, c := range []struct {
		path, column string
		kind         value.Kind
		want         string
	}{
		{"p", "day", value.Date, "2026-03-11 2026-03-12 2026-03-13 null"}, {"p", "country", value.String, "KR a/b  NO"}, {"p", "id", value.Int64, "1 2 4 3"},
		{"p/day=2026-03-1*", "country", value.String, "KR a/b "}, {"n", "k", value.Int64, "1 9007199254740993"}, {"n", "k", value.String, "1 9007199254740993"},
	} {
		got, err := readColumn(t, dir, c.path, value.Field{Name: c.column, Type: value.Scalar(c.kind)})
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s, %s as %s: got %q and %v, want %q", c.path, c.column, c.kind, got, err, c.want)
		}
	}
	_, err := readColumn(t, dir, "bad", id)
	refused(t, err, errs.InvalidArgument, "bad/k=%zz/a.csv", "malformed escape", "%25")
	_, err = readColumn(t, dir, "word", value.Field{Name: "k", Type: value.Scalar(value.Int64)})
	refused(t, err, errs.InvalidArgument, "word/k=x/a.csv", `partition column "k"`)

	fields, err := fileoffline.New(dir, nil).Columns(t.Context(), source("p"))
	if err != nil || len(fields) != 3 || fmt.Sprint(fields[1:]) != "[{day Date} {country String}]" {
		t.Errorf("columns of p: %v, %v", fields, err)
	}
	if fields, err = fileoffline.New(dir, nil).Columns(t.Context(), source("n")); err != nil || len(fields) != 2 || fmt.Sprint(fields[1]) != "{k Int64}" {
		t.Errorf("a partition hides the column of its name: %v, %v", fields, err)
	}
}

func TestManyFilesNeedFewOpenOnes(t *testing.T) {
	t.Parallel()
	all := map[string]string{}
	for _, c := range "abcdefghijklmnopqrstuvwxyz" {
		all["d/"+string(c)+".csv"] = row(string(c))
	}
	dir := files(t, all)
	snap, err := fileoffline.New(dir, &fileoffline.Options{OpenFiles: 2}).Open(t.Context(), source("d"), []value.Field{id}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	for range 2 {
		got, err := texts(t, snap, "id")
		if err != nil || len(got) != 26 || !slices.IsSorted(got) {
			t.Errorf("got %v, %v", got, err)
		}
	}
}
