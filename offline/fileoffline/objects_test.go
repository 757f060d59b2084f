package fileoffline_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/internal/objectstore/objecttest"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/offline/offlinetest"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// An objectStore keeps each source as one object, or, with directories, each batch as an object of its own.
type objectStore struct {
	place       *objecttest.Place
	driver      *fileoffline.Driver
	extension   string
	directories bool
}

func (s *objectStore) Driver() offline.Driver { return s.driver }

func (s *objectStore) key(name string) string {
	if s.directories {
		return name
	}
	return name + s.extension
}

func (s *objectStore) Source(name string) *feature.Source {
	return &feature.Source{Name: name, Type: feature.FileSource, Path: s.place.Path(s.key(name)), TimestampField: "event_timestamp"}
}

func (s *objectStore) Put(t *testing.T, src *feature.Source, batches ...*value.Batch) {
	t.Helper()
	store, key := s.place.Store(t, s.key(src.Name))
	old, err := store.List(t.Context(), key, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range old {
		if err := store.Delete(t.Context(), o.Key); err != nil {
			t.Fatal(err)
		}
	}
	if !s.directories {
		s.place.Write(t, s.key(src.Name), tableText(t, s.extension, concat(batches)))
		return
	}
	for i, b := range batches {
		s.place.Write(t, fmt.Sprintf("%s/f%03d%s", src.Name, i, s.extension), tableText(t, s.extension, b))
	}
}

func (s *objectStore) Typed() bool { return s.extension == ".parquet" }

// tableText returns the bytes of a file of one batch.
func tableText(t *testing.T, extension string, b *value.Batch) string {
	t.Helper()
	format, err := tablefile.FormatOf("x" + extension)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := tablefile.NewWriter(&out, format, b.Fields())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestConformanceOfObjects(t *testing.T) {
	t.Parallel()
	objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
		for name, s := range map[string]objectStore{
			"ParquetFile": {extension: ".parquet"}, "ParquetDirectory": {extension: ".parquet", directories: true},
			"CSVDirectory": {extension: ".csv", directories: true}, "JSONFile": {extension: ".jsonl"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				offlinetest.Run(t, func(t *testing.T) offlinetest.Store {
					st := s
					st.place = fresh(t)
					st.driver = fileoffline.New(t.TempDir(), &fileoffline.Options{Buckets: st.place.Open})
					return &st
				})
			})
		}
	})
}

// TestObjectsAreListedAsFilesAre reads one tree of files from a directory and from a bucket, by the same paths.
func TestObjectsAreListedAsFilesAre(t *testing.T) {
	t.Parallel()
	tree := map[string]string{
		"d/b.csv": row("b"), "d/a.csv": row("a"), "d/_SUCCESS": "", "d/.hidden.csv": row("h"), "d/_tmp/x.csv": row("x"), "d/a.csv.crc": "x",
		"h/day=2024-01-02/b.csv": row("2"), "h/day=2024-01-01/a.csv": row("1"), "h/day=__HIVE_DEFAULT_PARTITION__/c.csv": row("n"),
		"g/part-1.csv": row("p1"), "g/part-2.csv": row("p2"), "g/part-30.csv": row("p30"), "g/sub1/q.csv": row("q"), "g/other.csv": row("o"),
		"one.csv": row("one"), "lit[1].csv": row("literal"), "bad/x.txt": "x", "long é ü+%2e.csv": row("name"),
	}
	root := files(t, tree)
	day := value.Field{Name: "day", Type: value.Scalar(value.Date)}
	objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
		p := fresh(t)
		for name, body := range tree {
			p.Write(t, name, body)
		}
		driver := fileoffline.New(t.TempDir(), &fileoffline.Options{Buckets: p.Open})
		for _, path := range []string{"d", "d/", "h", "h/*/*.csv", "g/part-?.csv", "g/part-*.csv", "g/s*", "g/[po]*.csv", "one.csv", "lit[1].csv", "d/*",
			"d/.h*", "nothing", "nothing/*.csv", "g/[a", "bad", "long é ü+%2e.csv", "*/day=2024-01-01/a.csv"} {
			for _, f := range []value.Field{id, day} {
				want, failure := readColumn(t, root, path, f)
				var got []string
				snap, err := driver.Open(t.Context(), source(p.Path(path)), []value.Field{f}, nil)
				if err == nil {
					got, err = texts(t, snap, f.Name)
				}
				if strings.Join(got, " ") != strings.Join(want, " ") || errs.CodeOf(err) != errs.CodeOf(failure) {
					t.Errorf("%s of %s: got %q, %v, want %q, %v", f.Name, path, got, err, want, failure)
				}
			}
		}
	})
}

// wide returns rows in n columns called c0, c1 and so on.
func wide(n, rows int) (*value.Batch, []value.Field) {
	b := &value.Batch{Rows: rows}
	for i := range n {
		c := value.NewColumn(value.Scalar(value.Int64), rows)
		for r := range rows {
			c.Append(value.OfInt64(int64(r*n+i) * 0x9E3779B9))
		}
		b.Add(fmt.Sprintf("c%d", i), c)
	}
	return b, b.Fields()
}

func TestColumnChunksAreFetchedInFewRequests(t *testing.T) {
	t.Parallel()
	objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
		p := fresh(t)
		b, fields := wide(20, 300_000) // three row groups of 20 chunks of up to 1 MiB
		p.Write(t, "w.parquet", tableText(t, ".parquet", b))
		store, _ := p.Store(t, "")
		ask := func(columns ...value.Field) (opened, read int64) {
			before := store.Requests()
			snap, err := fileoffline.New(t.TempDir(), &fileoffline.Options{Buckets: p.Open}).Open(t.Context(), source(p.Path("w.parquet")), columns, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer snap.Close()
			opened = store.Requests() - before
			if len(snap.Parts()) != 3 {
				t.Fatalf("%d parts", len(snap.Parts()))
			}
			for _, part := range snap.Parts() {
				names, dst := make([]string, len(columns)), make([]*value.Column, len(columns))
				for i, c := range columns {
					names[i], dst[i] = c.Name, new(value.Column)
				}
				if err := part.Read(t.Context(), names, dst); err != nil {
					t.Fatal(err)
				}
			}
			return opened, store.Requests() - before - opened
		}
		if opened, read := ask(fields...); opened > 5 || read > 6 {
			t.Errorf("all columns: %d requests to open, want at most 5, and %d to read 60 chunks, want at most 6", opened, read)
		}
		if _, read := ask(fields[3], fields[4], fields[17]); read > 6 {
			t.Errorf("three columns: %d requests to read 9 chunks, want at most 6", read)
		}
	})
}

// TestFault_39_a_file_replaced_during_a_read_is_an_error_or_the_old_snapshot replaces, deletes and overwrites a file
// between the opening of a snapshot and its reads.
func TestFault_39_a_file_replaced_during_a_read_is_an_error_or_the_old_snapshot(t *testing.T) {
	t.Parallel()
	first, fields := wide(2, 200_000)
	second, _ := wide(2, 200_001)
	for _, extension := range []string{".parquet", ".csv", ".jsonl"} {
		old, other := tableText(t, extension, first), tableText(t, extension, second)
		same := strings.Replace(old, old[len(old)/2:len(old)/2+4], "7777", 1) // other bytes, same length
		check := func(t *testing.T, d *fileoffline.Driver, path string, replace func(body string)) {
			for name, body := range map[string]string{"longer": other, "same length": same, "gone": ""} {
				replace(old)
				snap, err := d.Open(t.Context(), source(path), fields, nil)
				if err != nil {
					t.Fatal(err)
				}
				parts := snap.Parts()
				c := []*value.Column{new(value.Column), new(value.Column)}
				for i, part := range parts {
					err := part.Read(t.Context(), []string{"c0", "c1"}, c)
					switch {
					case i == 0 && err != nil:
						t.Fatal(err)
					case err != nil && errs.CodeOf(err) != errs.FailedPrecondition:
						t.Errorf("%s, %s: got %v", extension, name, err)
					case err == nil && c[1].Ints[0] != c[0].Ints[0]+0x9E3779B9:
						t.Errorf("%s, %s: part %d mixes two versions", extension, name, i)
					}
					replace(body)
				}
				manifest := snap.Manifest()
				if err := snap.Close(); err != nil {
					t.Fatal(err)
				}
				if _, err = d.Open(t.Context(), source(path), fields, &manifest); errs.CodeOf(err) != errs.FailedPrecondition {
					t.Errorf("%s, %s, pinned: got %v", extension, name, err)
				}
			}
		}
		t.Run("Local"+extension, func(t *testing.T) {
			dir := t.TempDir()
			at := filepath.Join(dir, "f"+extension)
			check(t, fileoffline.New(dir, nil), "f"+extension, func(body string) {
				err := os.Remove(at)
				if body != "" {
					err = os.WriteFile(at+".new", []byte(body), 0o644)
					if err == nil {
						err = os.Rename(at+".new", at)
					}
				}
				if err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
			})
		})
		t.Run("Object"+extension, func(t *testing.T) {
			objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
				p := fresh(t)
				store, key := p.Store(t, "f"+extension)
				check(t, fileoffline.New(t.TempDir(), &fileoffline.Options{Buckets: p.Open}), p.Path("f"+extension), func(body string) {
					err := store.Put(t.Context(), key, []byte(body), objectstore.Always())
					if body == "" {
						err = store.Delete(t.Context(), key)
					}
					if err != nil {
						t.Fatal(err)
					}
				})
			})
		})
	}
}

// TestAnAppendThatDiedIsTakenOver leaves the claim of an append without its file, as a writer does that is killed.
func TestAnAppendThatDiedIsTakenOver(t *testing.T) {
	t.Parallel()
	p := objecttest.Memory(t)
	d := fileoffline.New(t.TempDir(), &fileoffline.Options{Buckets: p.Open})
	src := source(p.Path("d"))
	store, dir := p.Store(t, "d")
	push := func(push, row string) {
		t.Helper()
		c := value.NewColumn(id.Type, 1)
		c.Append(value.OfString(row))
		b := &value.Batch{Rows: 1}
		b.Add(id.Name, c)
		if err := d.Append(t.Context(), src, push, b); err != nil {
			t.Fatal(err)
		}
	}
	push("one", "1")
	push("two", "2")
	found, err := store.List(t.Context(), dir+"/part-", 0)
	if err != nil || len(found) != 2 {
		t.Fatal(found, err)
	}
	if err := store.Delete(t.Context(), found[1].Key); err != nil {
		t.Fatal(err)
	}
	push("three", "3")
	push("two", "2")
	push("two", "2")
	snap, err := d.Open(t.Context(), src, []value.Field{id}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	if got, err := texts(t, snap, id.Name); err != nil || strings.Join(got, " ") != "1 2 3" {
		t.Errorf("got %q, %v, want 1 2 3 by sequence", got, err)
	}
}

// TestTheEndpointOfASourceIsUsed asks for the bucket of a source that names its server as Feast does.
func TestTheEndpointOfASourceIsUsed(t *testing.T) {
	t.Parallel()
	p := objecttest.Memory(t)
	p.Write(t, "a.csv", row("1"))
	var asked []objectstore.Address
	d := fileoffline.New(t.TempDir(), &fileoffline.Options{Buckets: func(ctx context.Context, a objectstore.Address) (*objectstore.Store, error) {
		asked = append(asked, a)
		return p.Open(ctx, a)
	}})
	s := source(p.Path("a.csv"))
	s.Options = map[string]string{"s3_endpoint_override": "http://minio:9000"}
	if _, err := d.Columns(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	want, err := objectstore.Parse(p.Path("a.csv"))
	if err != nil || len(asked) != 1 || asked[0] != want.WithEndpoint("http://minio:9000") {
		t.Errorf("got %#v, want one with the endpoint, %v", asked, err)
	}
}
