package fault_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/selftest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// TestMain does the work of fault 28 in a repository, in a process of its own.
func TestMain(m *testing.M) {
	selftest.Do(func(dir string) error { return within(context.Background(), dir) })
	os.Exit(m.Run())
}

// Fault 28: so many rows of memoryKeys keys in files of memoryFile rows, and so much memory for a process that
// materializes them and joins memoryQuick times memoryFile entity rows with them. The long form, whose history has twenty
// million rows, runs with TRUEPOINT_LONG set.
const (
	memoryFile  = 500_000
	memoryKeys  = 100_000
	memoryQuick = 3   // files
	memoryLong  = 40  // files
	memoryMiB   = 512 // at most
)

func openMemory(ctx context.Context, dir string) (*truepoint.Store, error) {
	opt, err := drivers.Open(ctx, &config.Config{
		Dir: dir, Project: storetest.Project,
		Registry: config.Registry{Type: "sqlite", Path: filepath.Join(dir, "registry.db")},
		Offline:  config.Store{Type: "file"},
		Online:   config.Store{Type: "embedded", Path: filepath.Join(dir, "online")},
	}, func() eventtime.Instant { return noon })
	if err != nil {
		return nil, err
	}
	return truepoint.New(opt)
}

// within materializes the history of a repository, joins its entity rows with it into set.parquet, and prints how many
// rows were written each time and the most memory that the process ever had, in KiB.
func within(ctx context.Context, dir string) (err error) {
	s, err := openMemory(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errs.Join(err, s.Close()) }()
	report, err := s.Materialize(ctx, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: eventtime.Min, End: noon})
	if err != nil {
		return err
	}
	spine, err := drivers.OpenTable(ctx, filepath.Join(dir, "entities.parquet"), nil)
	if err != nil {
		return err
	}
	defer spine.Close()
	var w *offline.TableWriter
	res, err := s.StreamHistorical(ctx, &truepoint.HistoricalRequest{SpineTable: spine, Features: []string{"v:f"}, MemoryMax: 64 << 20},
		func(run *truepoint.HistoricalResult) error {
			if w == nil {
				if w, err = offline.Create(filepath.Join(dir, "set.parquet"), run.Batch.Fields()); err != nil {
					return err
				}
			}
			return w.Write(run.Batch)
		})
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := w.Commit(); err != nil {
		return err
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Println(report.Views[0].Run.Total, res.Rows, strings.Fields(peak)[0])
	return nil
}

func TestFault_28_a_history_larger_than_memory_is_materialized_and_joined(t *testing.T) {
	if _, err := os.ReadFile("/proc/self/status"); err != nil {
		t.Skip("no /proc here, which tells how much memory a process had")
	}
	if testing.Short() {
		t.Skip("it writes millions of rows")
	}
	if raced {
		t.Skip("the race detector takes memory of its own")
	}
	files := memoryQuick
	if os.Getenv("TRUEPOINT_LONG") != "" {
		files = memoryLong
	}
	dir, seed := t.TempDir(), rand.Uint64()
	t.Logf("seed %d, %d rows", seed, files*memoryFile)
	rng := rand.New(rand.NewPCG(seed, 28))
	if err := os.Mkdir(filepath.Join(dir, "history"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range files {
		path := filepath.Join(dir, "history", fmt.Sprintf("%03d.parquet", i))
		if err := offline.WriteTable(path, someRows(rng, memoryFile, "event", "f")); err != nil {
			t.Fatal(err)
		}
	}
	w, err := offline.Create(filepath.Join(dir, "entities.parquet"), someRows(rng, 0, "event_timestamp", "label").Fields())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for range memoryQuick {
		if err := w.Write(someRows(rng, memoryFile, "event_timestamp", "label")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	prepareMemory(t, dir)

	out, err := selftest.Command(t, dir).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	got := strings.Fields(string(out))
	if len(got) != 3 || got[0] != strconv.Itoa(memoryKeys) || got[1] != strconv.Itoa(memoryQuick*memoryFile) {
		t.Fatalf("got %q, want %d keys and %d rows", out, memoryKeys, memoryQuick*memoryFile)
	}
	peak, err := strconv.Atoi(got[2])
	if err != nil || peak>>10 > memoryMiB {
		t.Errorf("the process had %d MiB, at most %d are allowed: %v", peak>>10, memoryMiB, err)
	}
	t.Logf("%d MiB", peak>>10)
}

func prepareMemory(t *testing.T, dir string) {
	t.Helper()
	s, err := openMemory(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Sources[0].Path = "history"
	p, err := s.Plan(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Apply(t.Context(), p, apply.Options{}); err != nil {
		t.Fatal(err)
	}
}

// someRows returns n rows of random keys in the hour before noon; every key comes up among the first memoryFile rows.
func someRows(rng *rand.Rand, n int, moment, number string) *value.Batch {
	k, at, f := value.NewColumn(value.Scalar(value.String), n), value.NewColumn(value.Scalar(value.UnixTimestamp), n), value.NewColumn(value.Scalar(value.Int64), n)
	for i := range n {
		key := rng.IntN(memoryKeys)
		if i < memoryKeys {
			key = i
		}
		k.Append(value.OfString("key-" + strconv.Itoa(key)))
		at.Append(value.OfInstant(noon - eventtime.Instant(rng.Int64N(int64(eventtime.Hour)))))
		f.Append(value.OfInt64(rng.Int64()))
	}
	b := &value.Batch{}
	b.Add("k", k)
	b.Add(moment, at)
	b.Add(number, f)
	return b
}
