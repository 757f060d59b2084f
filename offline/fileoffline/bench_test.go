package fileoffline_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/value"
)

// benchRows is the number of rows of the benchmark's file; TRUEPOINT_BENCH_ROWS=20000000 is that of the goals.
func benchRows(b *testing.B) int {
	if n, err := strconv.Atoi(os.Getenv("TRUEPOINT_BENCH_ROWS")); err == nil {
		return n
	}
	return 2_000_000
}

// BenchmarkDecodeKeysAndTimes decodes an int64 key and two timestamps of a Snappy Parquet file with two workers: what
// the first pass of a point-in-time join does. worker-s is the sum of the workers' time per run.
func BenchmarkDecodeKeysAndTimes(b *testing.B) {
	rows := benchRows(b)
	root := b.TempDir()
	writeHistory(b, filepath.Join(root, "history.parquet"), rows)
	int64s, times := value.Scalar(value.Int64), value.Scalar(value.UnixTimestamp)
	fields := []value.Field{{Name: "id", Type: int64s}, {Name: "event", Type: times}, {Name: "created", Type: times}}
	s := &feature.Source{Name: "history", Type: feature.FileSource, Path: "history.parquet", TimestampField: "event", CreatedTimestampColumn: "created"}
	snap, err := fileoffline.New(root, nil).Open(context.Background(), s, fields, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer snap.Close()
	parts := snap.Parts()
	b.ResetTimer()
	for b.Loop() {
		var next, total atomic.Int64
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				names := []string{"id", "event", "created"}
				dst := []*value.Column{value.NewColumn(int64s, 0), value.NewColumn(times, 0), value.NewColumn(times, 0)}
				for {
					i := int(next.Add(1)) - 1
					if i >= len(parts) {
						return
					}
					if err := parts[i].Read(context.Background(), names, dst); err != nil {
						b.Error(err)
						return
					}
					total.Add(int64(dst[0].Len()))
				}
			})
		}
		wg.Wait()
		if total.Load() != int64(rows) {
			b.Fatalf("got %d rows, want %d", total.Load(), rows)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

func writeHistory(b *testing.B, path string, rows int) {
	rng := rand.New(rand.NewPCG(1, 2))
	var w *offline.TableWriter
	for at := 0; at < rows; at += 1 << 17 {
		n := min(1<<17, rows-at)
		id, event, created := make([]int64, n), make([]int64, n), make([]int64, n)
		for i := range n {
			id[i] = rng.Int64N(1_000_000)
			event[i] = 1_700_000_000_000_000 + rng.Int64N(90*86400)*1_000_000
			created[i] = event[i] + rng.Int64N(3600)*1_000_000
		}
		batch := &value.Batch{}
		batch.Add("id", column(value.Int64, id))
		batch.Add("event", column(value.UnixTimestamp, event))
		batch.Add("created", column(value.UnixTimestamp, created))
		if w == nil {
			var err error
			if w, err = offline.Create(path, batch.Fields()); err != nil {
				b.Fatal(err)
			}
			defer w.Abort()
		}
		if err := w.Write(batch); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Commit(); err != nil {
		b.Fatal(err)
	}
}

func column(k value.Kind, ints []int64) *value.Column {
	c := value.NewColumn(value.Scalar(k), 0)
	c.Resize(len(ints))
	copy(c.Ints, ints)
	return c
}
