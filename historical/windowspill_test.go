package historical_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/storetest"
)

// TestWindowsOfLittleMemoryGoToTemporaryFiles joins windows whose rows do not fit: the answer is the same, and no file stays.
func TestWindowsOfLittleMemoryGoToTemporaryFiles(t *testing.T) {
	r := derivedRig(t)
	const seed = 5
	rng := rand.New(rand.NewPCG(seed, seed))
	var rows [][]any
	for i := range 3000 {
		at := noon.Add(-eventtime.Duration(rng.Int64N(int64(2 * eventtime.Day))))
		rows = append(rows, []any{string(rune('a' + rng.IntN(3))), at, at, i})
	}
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64"}, rows...))
	req := truepoint.HistoricalRequest{Spine: derivedSpine(1, 2, 3), Features: []string{"w:total", "w:n"}}
	want, err := r.Store.Historical(t.Context(), &req)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	req.MemoryMax = 1
	got, err := r.Store.Historical(t.Context(), &req)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"total", "n"} {
		if got, want := column(got.Batch, name), column(want.Batch, name); got != want {
			t.Errorf("seed %d, %s: got %s, want %s", seed, name, got, want)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v are left (%v)", left, err)
	}
	t.Setenv("TMPDIR", filepath.Join(dir, "nowhere"))
	if _, err := r.Store.Historical(t.Context(), &req); errs.CodeOf(err) != errs.NotFound {
		t.Errorf("without a directory for temporary files: got %v, want NotFound", err)
	}
}
