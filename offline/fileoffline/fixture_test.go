package fileoffline_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/value"
)

var newFixture = flag.Bool("new-fixture", false, "write testdata/appended-1 anew; only before format 1 was released")

// fixtureColumns are the columns of the fixture with their values in JSON: a row of the source's own, then rows of two
// appends.
var fixtureColumns = []struct{ name, typ, own, first, second string }{
	{"k", "String", `["own"]`, `["pushed","žluťoučký \u0000"]`, `[""]`},
	{"event", "UnixTimestamp", `["2026-03-12T11:00:00Z"]`, `["2026-03-12T11:00:00.000001Z","0001-01-01T00:00:00Z"]`, `["9999-12-31T23:59:59.999999Z"]`},
	{"bool", "Bool", `[true]`, `[false,true]`, `[null]`},
	{"i32", "Int32", `[1]`, `[-2147483648,2147483647]`, `[null]`},
	{"i64", "Int64", `[1]`, `[-9223372036854775808,9223372036854775807]`, `[null]`},
	{"f32", "Float32", `[1.5]`, `[3.4028235e38,-1e-45]`, `[0.1]`},
	{"f64", "Float64", `[1.5]`, `[1.7976931348623157e308,-0.0]`, `[0.1]`},
	{"bytes", "Bytes", `["AA=="]`, `["","/w=="]`, `[null]`},
	{"date", "Date", `["2026-03-12"]`, `["0001-01-01","9999-12-31"]`, `[null]`},
	{"uuid", "Uuid", `["00000000-0000-0000-0000-000000000001"]`, `["ffffffff-ffff-ffff-ffff-ffffffffffff",null]`, `[null]`},
	{"decimal", "Decimal", `["1.50"]`, `["-12345678901234567890.123456789",null]`, `[null]`},
	{"json", "Json", `["{\"a\":1}"]`, `["[]",null]`, `[null]`},
	{"list", "Array(Int64)", `[[1]]`, `[[],[1,null,3]]`, `[null]`},
	{"map", "Map(String, Float64)", `[{"a":1.5}]`, `[{},{"b":2.5,"c":-1}]`, `[null]`},
	{"vector", "Vector(2)", `[[1,2]]`, `[[0.5,-0.5],null]`, `[null]`},
	{offline.ArrivalColumn, "UnixTimestamp", `[null]`, `["2026-03-12T12:00:00Z","2026-03-12T12:00:00Z"]`, `["2026-03-12T12:01:00Z"]`},
	{offline.SequenceColumn, "Int64", `[null]`, `[1,1]`, `[2]`},
}

// fixtureRows returns the rows that pick takes of the columns, those that we add ourselves included.
func fixtureRows(t *testing.T, pick func(i int) string) *value.Batch {
	t.Helper()
	out := &value.Batch{}
	for i, f := range fixtureColumns {
		typ, err := value.ParseType(f.typ)
		if err != nil {
			t.Fatal(err)
		}
		var tokens []json.RawMessage
		if err := json.Unmarshal([]byte(pick(i)), &tokens); err != nil {
			t.Fatal(err)
		}
		in, c := input.FromJSON(f.name, tokens), value.NewColumn(typ, len(tokens))
		for r := range tokens {
			v, err := in.Value(r, typ)
			if err != nil {
				t.Fatalf("column %s, row %d: %v", f.name, r, err)
			}
			c.Append(v)
		}
		out.Rows = c.Len()
		out.Add(f.name, c)
	}
	return out
}

// without returns b without some of its columns.
func without(b *value.Batch, names ...string) *value.Batch {
	out := &value.Batch{Rows: b.Rows}
	for i, n := range b.Names {
		if !slices.Contains(names, n) {
			out.Add(n, b.Columns[i])
		}
	}
	return out
}

// fixtureSources are a source of one file, with its appends beside it, and a source of a directory, with its appends
// inside; the first renames a column.
func fixtureSources() []*feature.Source {
	return []*feature.Source{
		{Name: "beside", Type: feature.FileSource, Path: "beside.parquet", FieldMapping: map[string]string{"raw_i64": "i64"}},
		{Name: "inside", Type: feature.FileSource, Path: "inside"},
	}
}

// TestAppendedFilesOfFormat1AreReadForEver reads files that the first release of this format appended, value by value,
// and appends to a copy of them.
func TestAppendedFilesOfFormat1AreReadForEver(t *testing.T) {
	t.Parallel()
	const fixture = "testdata/appended-1"
	own := fixtureRows(t, func(i int) string { return fixtureColumns[i].own })
	first := fixtureRows(t, func(i int) string { return fixtureColumns[i].first })
	second := fixtureRows(t, func(i int) string { return fixtureColumns[i].second })
	if *newFixture {
		writeFixture(t, fixture, own, first, second)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(fixture)); err != nil {
		t.Fatal(err)
	}
	d := fileoffline.New(dir, nil)
	for _, s := range fixtureSources() {
		wantRows(t, d, s, concat([]*value.Batch{own, first, second}))
		for _, id := range []string{"push 1", "push 2"} { // their hashes are in the names of the files
			if err := d.Append(t.Context(), s, id, without(first, offline.SequenceColumn)); err != nil {
				t.Fatal(err)
			}
		}
		wantRows(t, d, s, concat([]*value.Batch{own, first, second}))
		if err := d.Append(t.Context(), s, "push 3", without(first, offline.SequenceColumn)); err != nil {
			t.Fatal(err)
		}
		third := fixtureRows(t, func(i int) string {
			if fixtureColumns[i].name == offline.SequenceColumn {
				return "[3,3]"
			}
			return fixtureColumns[i].first
		})
		wantRows(t, d, s, concat([]*value.Batch{own, first, second, third}))
	}
}

// wantRows compares every cell of a source.
func wantRows(t *testing.T, d *fileoffline.Driver, s *feature.Source, want *value.Batch) {
	t.Helper()
	snap, err := d.Open(t.Context(), s, without(want, offline.SequenceColumn).Fields(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	if snap.Sequence() != offline.SequenceColumn {
		t.Errorf("source %s: the sequence is in %q", s.Name, snap.Sequence())
	}
	row := 0
	for _, p := range snap.Parts() {
		got := make([]*value.Column, len(want.Names))
		for i := range got {
			got[i] = new(value.Column)
		}
		if err := p.Read(t.Context(), want.Names, got); err != nil {
			t.Fatal(err)
		}
		for r := range p.Rows() {
			for i, c := range got {
				if row < want.Rows && !c.At(r).Identical(want.Columns[i].At(row)) {
					t.Errorf("source %s, row %d, column %s: got %v, want %v", s.Name, row+1, want.Names[i], c.At(r), want.Columns[i].At(row))
				}
			}
			row++
		}
	}
	if row != want.Rows {
		t.Errorf("source %s has %d rows, want %d", s.Name, row, want.Rows)
	}
}

// writeFixture writes the sources of the fixture, each with two appends.
func writeFixture(t *testing.T, dir string, own, first, second *value.Batch) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for _, s := range fixtureSources() {
		at := filepath.Join(dir, s.Path)
		if filepath.Ext(at) == "" {
			at = filepath.Join(at, "own.parquet")
		}
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		m, err := offline.NewMapping(s)
		if err != nil {
			t.Fatal(err)
		}
		b := without(own, offline.SequenceColumn, offline.ArrivalColumn)
		for i, n := range b.Names {
			b.Names[i] = m.Column(n)
		}
		write(t, at, b)
		d := fileoffline.New(dir, nil)
		for i, rows := range []*value.Batch{first, second} {
			if err := d.Append(t.Context(), s, fmt.Sprintf("push %d", i+1), without(rows, offline.SequenceColumn)); err != nil {
				t.Fatal(err)
			}
		}
	}
}
