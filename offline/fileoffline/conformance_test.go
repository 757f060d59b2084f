package fileoffline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/offline/offlinetest"
	"github.com/truepoint/truepoint/value"
)

// A store keeps each source as one file, or, with directories, each batch as a file of its own.
type store struct {
	root        string
	driver      *fileoffline.Driver
	extension   string
	directories bool
}

func (s *store) Driver() offline.Driver { return s.driver }

func (s *store) Source(name string) *feature.Source {
	path := name
	if !s.directories {
		path += s.extension
	}
	return &feature.Source{Name: name, Type: feature.FileSource, Path: path, TimestampField: "event_timestamp"}
}

func (s *store) Put(t *testing.T, src *feature.Source, batches ...*value.Batch) {
	t.Helper()
	at := filepath.Join(s.root, src.Path)
	for _, old := range []string{at, at + ".d"} {
		if err := os.RemoveAll(old); err != nil {
			t.Fatal(err)
		}
	}
	if !s.directories {
		write(t, at, concat(batches))
		return
	}
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	for i, b := range batches {
		write(t, filepath.Join(at, fmt.Sprintf("f%03d%s", i, s.extension)), b)
	}
}

func (s *store) Typed() bool { return s.extension == ".parquet" }

func write(t *testing.T, path string, b *value.Batch) {
	t.Helper()
	if err := offline.WriteTable(path, b); err != nil {
		t.Fatal(err)
	}
}

func concat(batches []*value.Batch) *value.Batch {
	out := &value.Batch{}
	for i, f := range batches[0].Fields() {
		c := value.NewColumn(f.Type, 0)
		for _, b := range batches {
			for r := range b.Rows {
				c.Append(b.Columns[i].At(r))
			}
		}
		out.Add(f.Name, c)
	}
	return out
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]store{
		"ParquetFile": {extension: ".parquet"}, "ParquetDirectory": {extension: ".parquet", directories: true},
		"CSVFile": {extension: ".csv"}, "CSVDirectory": {extension: ".csv", directories: true},
		"JSONFile": {extension: ".jsonl"}, "JSONDirectory": {extension: ".ndjson", directories: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			offlinetest.Run(t, func(t *testing.T) offlinetest.Store {
				st := s
				st.root = t.TempDir()
				st.driver = fileoffline.New(st.root, nil)
				return &st
			})
		})
	}
}
