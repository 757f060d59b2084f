//go:build duckdb

package duckdboffline_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/duckdboffline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// noon is 2026-03-12T12:00:00Z.
const noon eventtime.Instant = 1773316800e6

// A line is a row of a history: key, hours before noon, value. A key of "" is null.
type line struct {
	key   string
	hours int
	v     int64
}

// lines returns rows with the columns k, at and v.
func lines(rows ...line) *value.Batch {
	k, at, v := value.NewColumn(value.Scalar(value.String), 0), value.NewColumn(value.Scalar(value.UnixTimestamp), 0), value.NewColumn(value.Scalar(value.Int64), 0)
	for _, r := range rows {
		key := value.Value{}
		if r.key != "" {
			key = value.OfString(r.key)
		}
		k.Append(key)
		at.Append(value.OfInstant(noon - eventtime.Instant(r.hours)*eventtime.Instant(eventtime.Hour)))
		v.Append(value.OfInt64(r.v))
	}
	b := &value.Batch{}
	b.Add("k", k)
	b.Add("at", at)
	b.Add("v", v)
	return b
}

func write(t *testing.T, path string, b *value.Batch) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := offline.WriteTable(path, b); err != nil {
		t.Fatal(err)
	}
}

// joined is a join of the features v and more of the keys a, b and c at noon over a source.
func joined(s *feature.Source, more ...value.Field) *offline.Join {
	keys := value.NewColumn(value.Scalar(value.String), 3)
	for _, k := range []string{"a", "b", "c"} {
		keys.Append(value.OfString(k))
	}
	spine := &value.Batch{}
	spine.Add("k", keys)
	l := pit.Layout{Keys: []string{"k"}, Event: "at", Features: []string{"v"}, FeatureTypes: []value.Type{value.Scalar(value.Int64)}}
	settle := []value.Field{{Name: "v", Type: value.Scalar(value.Int64)}}
	for _, f := range more {
		l.Features, l.FeatureTypes = append(l.Features, f.Name), append(l.FeatureTypes, f.Type)
	}
	s.TimestampField = "at"
	return &offline.Join{
		Plan:    &pit.Plan{WantCreated: true, Spine: pit.Spine{Columns: spine, AsOf: []eventtime.Instant{noon, noon, noon}}, Views: []pit.ViewScan{{Name: "v", Spine: []string{"k"}, Layout: l}}},
		Sources: []*feature.Source{s}, Settle: [][]value.Field{settle},
	}
}

// here joins as the program does without an engine.
func here(t *testing.T, files offline.Driver, j *offline.Join) (*pit.Result, offline.Manifest) {
	t.Helper()
	p := *j.Plan
	p.Views = append([]pit.ViewScan(nil), p.Views...)
	l := &p.Views[0].Layout
	columns := []value.Field{{Name: "k", Type: value.Scalar(value.String)}, {Name: "at", Type: value.Scalar(value.UnixTimestamp)},
		{Name: offline.SequenceColumn, Type: value.Scalar(value.Int64)}, {Name: offline.ArrivalColumn, Type: value.Scalar(value.UnixTimestamp)}}
	for i, f := range l.Features {
		columns = append(columns, value.Field{Name: f, Type: l.FeatureTypes[i]})
	}
	snap, err := files.Open(t.Context(), j.Sources[0], columns, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	if l.Sequence = snap.Sequence(); l.Sequence != "" {
		l.Created = offline.ArrivalColumn
	}
	p.Views[0].Table = snap
	out, err := pit.Naive(t.Context(), &p)
	if err != nil {
		t.Fatal(err)
	}
	for i := range out.Views[0].Row {
		out.Views[0].Row[i] = -1
	}
	return out, snap.Manifest()
}

func TestSourcesOfManyFilesAreJoinedThere(t *testing.T) {
	t.Parallel()
	day, part := value.Field{Name: "day", Type: value.Scalar(value.Date)}, value.Field{Name: "part", Type: value.Scalar(value.String)}
	for name, c := range map[string]struct {
		path  string
		more  []value.Field
		files map[string]*value.Batch
		push  *value.Batch
	}{
		"a directory":     {path: "h", files: map[string]*value.Batch{"h/1.parquet": lines(line{"a", 1, 1}), "h/x/2.parquet": lines(line{"a", 2, 2}, line{"b", 3, 3}, line{"", 1, 4})}},
		"a glob":          {path: "h/*/2.parquet", files: map[string]*value.Batch{"h/x/2.parquet": lines(line{"a", 1, 1}), "h/y/2.parquet": lines(line{"b", 1, 2}), "h/y/3.parquet": lines(line{"c", 1, 3})}},
		"columns apart":   {path: "h", files: map[string]*value.Batch{"h/1.parquet": lines(line{"a", 1, 1}), "h/2.parquet": swapped(lines(line{"b", 2, 2}))}},
		"an empty file":   {path: "h", files: map[string]*value.Batch{"h/1.parquet": lines(), "h/2.parquet": lines(line{"b", 2, 2})}},
		"no rows at all":  {path: "h", files: map[string]*value.Batch{"h/1.parquet": lines()}},
		"an odd name":     {path: "h", files: map[string]*value.Batch{"h/it's \"1\".parquet": lines(line{"a", 1, 1})}},
		"file://":         {path: "file://h.parquet", files: map[string]*value.Batch{"h.parquet": lines(line{"a", 1, 1})}},
		"a file and more": {path: "h.parquet", files: map[string]*value.Batch{"h.parquet": lines(line{"a", 1, 1}, line{"b", 1, 2})}, push: lines(line{"a", 1, 9}, line{"c", 2, 8})},
		"pushes alone":    {path: "h.parquet", push: lines(line{"a", 1, 9})},
		"hive partitions": {path: "h", more: []value.Field{day, part}, files: map[string]*value.Batch{
			"h/day=2026-03-11/part=x%20y/1.parquet": lines(line{"a", 20, 1}), "h/day=2026-03-12/part=it's/1.parquet": lines(line{"a", 1, 2}, line{"b", 1, 3}),
			"h/day=__HIVE_DEFAULT_PARTITION__/part=z/2.parquet": lines(line{"c", 5, 4}),
		}},
		"hive partitions and pushes": {path: "h", more: []value.Field{part}, files: map[string]*value.Batch{"h/part=x/1.parquet": lines(line{"a", 1, 1})}, push: lines(line{"a", 1, 2})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for path, b := range c.files {
				write(t, filepath.Join(dir, path), b)
			}
			files := fileoffline.New(dir, nil)
			j := joined(&feature.Source{Name: "s", Type: feature.FileSource, Path: c.path}, c.more...)
			if c.push != nil {
				if err := files.Append(t.Context(), j.Sources[0], "one", arrived(c.push)); err != nil {
					t.Fatal(err)
				}
			}
			want, read := here(t, files, j)
			got, err := duckdboffline.New(files, dir, nil).Join(t.Context(), j)
			if err != nil {
				t.Fatal(err)
			}
			if err := pittest.SameResults(got.Result, want); err != nil {
				t.Error(err)
			}
			if fmt.Sprint(got.Read[0]) != fmt.Sprint(read) {
				t.Errorf("it read %v, want %v", got.Read[0], read)
			}
		})
	}
}

// arrived adds the arrival of a push.
func arrived(b *value.Batch) *value.Batch {
	at := value.NewColumn(value.Scalar(value.UnixTimestamp), b.Rows)
	for range b.Rows {
		at.Append(value.OfInstant(noon))
	}
	b.Add(offline.ArrivalColumn, at)
	return b
}

// swapped returns rows with their columns in another order.
func swapped(b *value.Batch) *value.Batch {
	out := &value.Batch{}
	for i := range b.Names {
		at := len(b.Names) - 1 - i
		out.Add(b.Names[at], b.Columns[at])
	}
	return out
}

func TestWhatDuckDBWouldReadOtherwiseGoesElsewhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"a.csv": "k,at,v\na,2026-03-12T11:00:00Z,1\n", "mixed/2.jsonl": `{"k":"a","at":"2026-03-12T11:00:00Z","v":1}` + "\n"} {
		write(t, filepath.Join(dir, "mixed/1.parquet"), lines(line{"a", 1, 1}))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "other/1.parquet"), lines(line{"a", 1, 1}))
	narrow := lines(line{"a", 1, 1})
	narrow.Columns[2] = value.NewColumn(value.Scalar(value.Int32), 1)
	narrow.Columns[2].Append(value.OfInt32(1))
	write(t, filepath.Join(dir, "other/2.parquet"), narrow)
	write(t, filepath.Join(dir, "odd/[1].parquet"), lines(line{"a", 1, 1}))
	for _, c := range []struct{ path, kind, want string }{
		{"a.csv", "", "csv file"}, {"mixed", "", "2.jsonl"}, {"other", "", "INTEGER"}, {"odd", "", "[1].parquet"},
		{"b.parquet", "", "b.parquet"}, {"s3://b/a.parquet", "", "local files"}, {"", "postgres", "local files"},
	} {
		j := joined(&feature.Source{Name: "s", Type: cmp.Or(c.kind, feature.FileSource), Path: c.path})
		_, err := duckdboffline.New(fileoffline.New(dir, nil), dir, nil).Join(t.Context(), j)
		if errs.CodeOf(err) != errs.Unimplemented || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want Unimplemented with %q", c.path, err, c.want)
		}
	}
}

// A meddler changes a file once its snapshot is open: before DuckDB reads it.
type meddler struct {
	offline.Driver
	meddle func()
}

func (m meddler) Open(ctx context.Context, s *feature.Source, columns []value.Field, pinned *offline.Manifest) (offline.Snapshot, error) {
	snap, err := m.Driver.Open(ctx, s, columns, pinned)
	m.meddle()
	return snap, err
}

func TestFault_39_a_file_that_is_replaced_during_a_join_is_an_error_never_a_mixture(t *testing.T) {
	t.Parallel()
	for name, meddle := range map[string]func(t *testing.T, dir string){
		"replaced by renaming": func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "h/2.parquet"), lines(line{"b", 1, 7}))
		},
		"written in place": func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "h/2.parquet"), []byte("PAR1"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"removed": func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "h/2.parquet")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "h/1.parquet"), lines(line{"a", 1, 1}))
			write(t, filepath.Join(dir, "h/2.parquet"), lines(line{"b", 1, 2}))
			files := meddler{fileoffline.New(dir, nil), func() { meddle(t, dir) }}
			_, err := duckdboffline.New(files, dir, nil).Join(t.Context(), joined(&feature.Source{Name: "s", Type: feature.FileSource, Path: "h"}))
			if errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(err.Error(), "2.parquet") {
				t.Errorf("got %v, want FailedPrecondition with the file", err)
			}
		})
	}
}
