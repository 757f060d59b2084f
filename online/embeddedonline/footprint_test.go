package embeddedonline_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/embeddedonline"
	"github.com/truepoint/truepoint/value"
)

// TestFootprintIsWhatTheDirectoryTakes writes bytes that do not compress. Times and keys do: of small rows they are half.
func TestFootprintIsWhatTheDirectoryTakes(t *testing.T) {
	t.Parallel()
	random := rand.NewChaCha8([32]byte{1})
	schema := &value.Schema{ID: 1, Fields: []value.Field{{Name: "f", Type: value.Scalar(value.Bytes)}}}
	for size, most := range map[int]float64{40: 2.2, 400: 1.25} {
		dir := filepath.Join(t.TempDir(), "store")
		d, err := embeddedonline.Open(t.Context(), dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		const rows = 50_000
		cells := make([]online.Cell, rows)
		for i := range cells {
			b := make([]byte, size)
			_, _ = random.Read(b)
			row, err := value.AppendRow(nil, schema, value.Version{Event: eventtime.Instant(i), Created: eventtime.None}, []value.Value{value.OfBytes(b)})
			if err != nil {
				t.Fatal(err)
			}
			cells[i] = online.Cell{Key: fmt.Appendf(nil, "key number %08d", i), Row: row}
		}
		if _, err := d.PutBatch(t.Context(), "p/v/1", cells); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		var used int64
		_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if filepath.Ext(path) == ".sst" {
				info, err := e.Info()
				if err != nil {
					return err
				}
				used += info.Size()
			}
			return err
		})
		got := int64(embeddedonline.Footprint(len(cells[0].Key), len(cells[0].Row))) * rows
		if ratio := float64(got) / float64(used); ratio < 0.9 || ratio > most {
			t.Errorf("rows of %d bytes: %d for the directory's %d (%.2f)", len(cells[0].Row), got, used, ratio)
		}
	}
}
