package featurelog_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/featurelog"
	"github.com/truepoint/truepoint/value"
)

// noon is 2026-03-12T12:00:00Z.
const noon = eventtime.Instant(1773316800_000000)

func fixed() eventtime.Instant { return noon }

func entry(i int) *featurelog.Entry {
	return &featurelog.Entry{
		RequestID: fmt.Sprint("r", i), At: noon, AsOf: noon - 5, Revision: 3, Service: "s", Keys: fmt.Sprintf(`{"k":%d}`, i),
		Cells: []featurelog.Cell{
			{View: "v", Feature: "f", Value: "9007199254740993", Status: value.Present, Event: noon - 10},
			{View: "v", Feature: "g", Value: "null", Status: value.NotFound, Event: eventtime.None, Default: true},
		},
	}
}

func open(t *testing.T, opt featurelog.Options) *featurelog.Log {
	t.Helper()
	if opt.Clock == nil {
		opt.Clock = fixed
	}
	if opt.Dir == "" {
		opt.Dir = t.TempDir()
	}
	opt.Failed = func(err error) { t.Errorf("writing failed: %v", err) }
	l, err := featurelog.Open(&opt)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// files returns the log's files in order of name, relative to its directory.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			out = append(out, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func TestEveryCellIsARowOfAFile(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "by", "open")
	l := open(t, featurelog.Options{Dir: dir})
	for i := range 3 {
		l.Log(entry(i))
	}
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	names := files(t, dir)
	if len(names) != 1 || !strings.HasPrefix(names[0], "dt=2026-03-12/features-20260312T120000.000000Z-") || !strings.HasSuffix(names[0], ".parquet") {
		t.Fatalf("files %v", names)
	}
	b, err := drivers.ReadTable(t.Context(), filepath.Join(dir, names[0]), nil)
	if err != nil {
		t.Fatal(err)
	}
	if b.Rows != 6 || l.Stats() != (featurelog.Stats{Logged: 3, Files: 1}) {
		t.Fatalf("%d rows, stats %+v", b.Rows, l.Stats())
	}
	want := map[string][2]value.Value{
		"request_id": {value.OfString("r1"), value.OfString("r1")}, "requested_at": {value.OfInstant(noon), value.OfInstant(noon)},
		"as_of": {value.OfInstant(noon - 5), value.OfInstant(noon - 5)}, "revision": {value.OfInt64(3), value.OfInt64(3)},
		"keys": {value.OfString(`{"k":1}`), value.OfString(`{"k":1}`)}, "feature": {value.OfString("f"), value.OfString("g")},
		"value": {value.OfString("9007199254740993"), value.OfString("null")}, "status": {value.OfString("PRESENT"), value.OfString("NOT_FOUND")},
		"event_timestamp": {value.OfInstant(noon - 10), {}}, "reason": {{}, {}}, "defaulted": {value.OfBool(false), value.OfBool(true)},
	}
	for name, cells := range want {
		c := b.Columns[slices.Index(b.Names, name)]
		for i, v := range cells {
			if got := c.At(2 + i); !got.Identical(v) {
				t.Errorf("%s of cell %d is %v, want %v", name, i, got, v)
			}
		}
	}
}

func TestFileEndsWhenItIsFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, featurelog.Options{Dir: dir, FileCells: 4})
	for i := range 5 {
		l.Log(entry(i))
	}
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names := files(t, dir); len(names) != 3 {
		t.Errorf("files %v, want two of four cells and one of two", names)
	}
}

func TestFileIsWrittenAfterTheInterval(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := open(t, featurelog.Options{Dir: dir, Interval: time.Minute})
		l.Log(entry(1))
		synctest.Wait()
		if names := files(t, dir); len(names) != 0 {
			t.Errorf("before: files %v", names)
		}
		<-time.After(time.Minute + 1)
		synctest.Wait()
		if names := files(t, dir); len(names) != 1 {
			t.Errorf("after: files %v", names)
		}
		if err := l.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if names := files(t, dir); len(names) != 1 {
			t.Errorf("an empty file was written: %v", names)
		}
	})
}

func TestWhatDoesNotFitIsDroppedAndCounted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, featurelog.Options{Dir: dir, QueueMax: 10})
	var wait sync.WaitGroup
	for w := range 4 {
		wait.Go(func() {
			for i := range 5000 {
				l.Log(entry(w*5000 + i))
			}
		})
	}
	wait.Wait()
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := l.Stats()
	if s.Logged+s.Dropped != 20_000 || s.Logged == 0 {
		t.Fatalf("stats %+v", s)
	}
	b, err := drivers.ReadTable(t.Context(), filepath.Join(dir, files(t, dir)[0]), nil)
	if err != nil || int64(b.Rows) != 2*s.Logged {
		t.Errorf("%d rows for %d entities, %v", b.Rows, s.Logged, err)
	}
}

func TestEntitiesAreSampledByTheirKeysAlone(t *testing.T) {
	t.Parallel()
	tenth, again, all := open(t, featurelog.Options{Sample: 0.1}), open(t, featurelog.Options{Sample: 0.1}), open(t, featurelog.Options{})
	kept := 0
	for i := range 100_000 {
		keys := fmt.Appendf(nil, `{"user_id":"user_%d"}`, i)
		if tenth.Samples(keys) != again.Samples(keys) || !all.Samples(keys) {
			t.Fatalf("%s is sampled differently", keys)
		}
		if tenth.Samples(keys) {
			kept++
		}
	}
	if kept < 9_500 || kept > 10_500 {
		t.Errorf("%d of 100000 entities are kept at a share of 0.1", kept)
	}
	for _, l := range []*featurelog.Log{tenth, again, all} {
		if err := l.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestOldFilesOfTheLogAreRemovedAndNoOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keep := []string{"dt=2026-03-11/features-20260311T120000.000000Z-aa.parquet", "dt=2026-03-10/other.parquet", "dt=2026-03-10/features-mine.parquet", "notes.txt"}
	gone := []string{"dt=2026-03-10/features-20260310T235959.000000Z-bb.parquet", "dt=2026-03-09/features-20260309T000000.000000Z-cc.parquet"}
	for _, name := range append(slices.Clone(keep), gone...) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l := open(t, featurelog.Options{Dir: dir, Retention: 24 * eventtime.Hour})
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(keep)
	if got := files(t, dir); !slices.Equal(got, keep) {
		t.Errorf("left are %v, want %v", got, keep)
	}
	if _, err := os.Stat(filepath.Join(dir, "dt=2026-03-09")); !os.IsNotExist(err) {
		t.Errorf("a day without files is still there: %v", err)
	}
}

func TestFileThatCannotBeWrittenIsCountedAsLost(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "log")
	var mu sync.Mutex
	var failures []error
	l, err := featurelog.Open(&featurelog.Options{Dir: dir, Clock: fixed, Failed: func(err error) {
		mu.Lock()
		defer mu.Unlock()
		failures = append(failures, err)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "dt=2026-03-12"), nil, 0o644); err != nil { // where a directory should be
		t.Fatal(err)
	}
	l.Log(entry(1))
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(failures) != 1 || l.Stats().Lost != 1 || l.Stats().Files != 0 {
		t.Errorf("failures %v, stats %+v", failures, l.Stats())
	}
}

func TestLogThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		opt  featurelog.Options
		code errs.Code
	}{
		"no directory":   {featurelog.Options{}, errs.InvalidArgument},
		"a file":         {featurelog.Options{Dir: file}, errs.PermissionDenied},
		"negative share": {featurelog.Options{Dir: t.TempDir(), Sample: -0.1}, errs.InvalidArgument},
		"share above 1":  {featurelog.Options{Dir: t.TempDir(), Sample: 1.1}, errs.InvalidArgument},
	} {
		c.opt.Clock = fixed
		if _, err := featurelog.Open(&c.opt); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCloseEndsWithItsContext(t *testing.T) {
	t.Parallel()
	l := open(t, featurelog.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Close(ctx); err != nil && errs.CodeOf(err) != errs.Canceled {
		t.Errorf("%v", err)
	}
	if err := l.Close(t.Context()); err != nil {
		t.Errorf("again: %v", err)
	}
}
