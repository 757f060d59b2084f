package embeddedonline

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/value"
)

var update = flag.Bool("update", false, "rewrite the fixtures of the format on disk")

func mustOpen(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(context.Background(), dir, nil)
	if err != nil {
		t.Fatalf("Open(%s): %v", dir, err)
	}
	return s
}

// copyStore copies a directory as it is at this moment, which is what a crash would leave: every byte that was written.
func copyStore(t *testing.T, to, from string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil || e.Type()&fs.ModeSocket != 0 {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// fixture writes a store whose cells lie in flushed tables, an ingested table and the log.
func fixture(t *testing.T, dir string) {
	t.Helper()
	live := filepath.Join(t.TempDir(), "live")
	s := mustOpen(t, live)
	defer s.Close()
	o := s.here.(*owner)
	onlinetest.FillFixture(t, s, func() {
		if err := o.db.Flush(); err != nil {
			t.Fatal(err)
		}
		id, err := o.pin("fraud/user_features/1")
		if err != nil {
			t.Fatal(err)
		}
		defer o.engine.mu.RUnlock()
		if err := o.ingest(context.Background(), id, numbered(15, 10, 1_700_000_000_000_005)); err != nil {
			t.Fatal(err)
		}
	})
	copyStore(t, dir, live)
	for _, name := range []string{lockFile, runDir, ingestDir} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFormat1IsReadForEver(t *testing.T) {
	t.Parallel()
	const kept = "testdata/format1"
	if *update {
		if err := os.RemoveAll(kept); err != nil {
			t.Fatal(err)
		}
		fixture(t, kept)
	}
	dir := filepath.Join(t.TempDir(), "online")
	copyStore(t, dir, kept)
	for range 2 { // as a crash left it, and after an orderly close
		s := mustOpen(t, dir)
		if *update {
			if err := os.WriteFile(kept+".golden", []byte(onlinetest.Dump(t, s)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		onlinetest.CheckGolden(t, s, kept+".golden")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// numbered returns count cells with Int64 keys from first.
func numbered(first, count, event int64) []online.Cell {
	out := make([]online.Cell, count)
	for i := range out {
		n := first + int64(i)
		key, err := value.AppendKey(nil, []value.Value{value.OfInt64(n)})
		if err != nil {
			panic(err)
		}
		v := value.Version{Event: eventtime.Instant(event), Created: eventtime.Instant(n), Snapshot: eventtime.Instant(n * 7919 % 1000)}
		out[i] = online.Cell{Key: key, Row: value.AppendTombstone(nil, v)}
	}
	return out
}

// files returns the files of a store's Pebble directory with one of the endings.
func files(t *testing.T, dir string, endings ...string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, pebbleDir))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if slices.ContainsFunc(endings, func(s string) bool { return strings.Contains(e.Name(), s) }) {
			out = append(out, filepath.Join(dir, pebbleDir, e.Name()))
		}
	}
	if len(out) == 0 {
		t.Fatalf("no %v in %s", endings, dir)
	}
	return out
}

// examine opens a damaged store and compares what it answers with want. It returns how many cells are missing.
// Answers must be right or errors of code DataLoss.
func examine(t *testing.T, dir string, want []online.Cell) (missing int, failed error) {
	t.Helper()
	s, err := Open(context.Background(), dir, nil)
	if err != nil {
		return 0, err
	}
	defer s.Close() // may fail in its turn
	item := online.TableKeys{Table: "p/v/1", Rows: make([][]byte, len(want))}
	for _, c := range want {
		item.Keys = append(item.Keys, c.Key)
	}
	if err := s.GetBatch(context.Background(), []online.TableKeys{item}); err != nil {
		return 0, err
	}
	for i, row := range item.Rows {
		if row == nil {
			missing++
		} else if string(row) != string(want[i].Row) {
			t.Errorf("a wrong row is served for key %x", want[i].Key)
		}
	}
	n := 0
	err = s.Scan(context.Background(), "p/v/1", func(c online.Cell) bool {
		i, ok := slices.BinarySearchFunc(want, c, func(a, b online.Cell) int { return strings.Compare(string(a.Key), string(b.Key)) })
		if !ok || string(want[i].Row) != string(c.Row) {
			t.Errorf("a scan shows a wrong cell for key %x", c.Key)
		}
		n++
		return true
	})
	if err == nil && n != len(want)-missing {
		t.Errorf("a scan shows %d cells, reads find %d", n, len(want)-missing)
	}
	return missing, err
}

func wantLoud(t *testing.T, err error) {
	t.Helper()
	if code := codeOf(err); err != nil && code != errs.DataLoss {
		t.Errorf("got %v (%v), want data_loss", err, code)
	}
}

func damageRounds(quick, long int) int {
	if onlinetest.Long() {
		return long
	}
	return quick
}

func flip(t *testing.T, path string, at int64, bit int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b [1]byte
	if _, err := f.ReadAt(b[:], at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1 << bit
	if _, err := f.WriteAt(b[:], at); err != nil {
		t.Fatal(err)
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	i, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return i.Size()
}

func seeded(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// closedStore returns a directory that was closed in good order, and what it holds.
func closedStore(t *testing.T, name string) (string, []online.Cell) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	s := mustOpen(t, dir)
	want := numbered(0, 3000, 5)
	if _, err := s.PutBatch(context.Background(), "p/v/1", want); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, want
}

func TestFault_04_AFlippedBitInATableIsNeverAWrongValue(t *testing.T) {
	t.Parallel()
	dir, want := closedStore(t, "online")
	r := seeded(t)
	loud := 0
	rounds := damageRounds(40, 1500)
	for i := range rounds {
		broken := filepath.Join(t.TempDir(), fmt.Sprint(i))
		copyStore(t, broken, dir)
		tables := files(t, broken, ".sst")
		path := tables[r.IntN(len(tables))]
		at, bit := r.Int64N(size(t, path)), r.IntN(8)
		flip(t, path, at, bit)
		missing, err := examine(t, broken, want)
		wantLoud(t, err)
		if err == nil && missing > 0 {
			t.Errorf("bit %d of byte %d of %s: %d cells are silently missing", bit, at, filepath.Base(path), missing)
		}
		if err != nil {
			loud++
		}
	}
	if loud < rounds/3 {
		t.Errorf("%d of %d flips were noticed; the test does not bite", loud, rounds)
	}
}

func TestFault_04_DamageToASealedDirectoryIsLoud(t *testing.T) {
	t.Parallel()
	dir, want := closedStore(t, "online")
	r := seeded(t)
	for i, path := range files(t, dir, ".log", "MANIFEST", "OPTIONS", ".sst") {
		for _, how := range []string{"truncated", "emptied", "removed", "flipped", "grown"} {
			broken := filepath.Join(t.TempDir(), fmt.Sprint(i, how))
			copyStore(t, broken, dir)
			victim := filepath.Join(broken, pebbleDir, filepath.Base(path))
			if skipped := damage(t, victim, how, r); skipped {
				continue
			}
			if _, err := examine(t, broken, want); codeOf(err) != errs.DataLoss {
				t.Errorf("%s %s: got %v, want data_loss", filepath.Base(path), how, err)
			}
		}
	}
}

// damage harms a file in one way; it reports true where that way is not one (an empty file cannot be cut).
func damage(t *testing.T, path, how string, r *rand.Rand) (skipped bool) {
	t.Helper()
	n := size(t, path)
	if how == "removed" {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		return false
	}
	var err error
	switch {
	case how == "grown":
		err = os.Truncate(path, n+1)
	case n == 0, how == "flipped" && filepath.Ext(path) == ".sst": // the test above
		return true
	case how == "truncated":
		err = os.Truncate(path, r.Int64N(n))
	case how == "emptied":
		err = os.Truncate(path, 0)
	default:
		flip(t, path, r.Int64N(n), r.IntN(8))
	}
	if err != nil {
		t.Fatal(err)
	}
	return false
}

// After a crash the log may end anywhere: what it lost is a suffix, in order of writing, and nothing is wrong. Damage
// before records that were synced later is loud.
func TestFault_04_ADamagedLogLosesASuffixOrIsLoud(t *testing.T) {
	t.Parallel()
	live, crashed := filepath.Join(t.TempDir(), "live"), filepath.Join(t.TempDir(), "crashed")
	s := mustOpen(t, live)
	want := numbered(0, 300, 5)
	for i := range want { // together several blocks of the log
		v := value.Version{Event: 5, Created: eventtime.Instant(i)}
		want[i].Row = onlinetest.Row(t, v, strings.Repeat("x", 400))
		if _, err := s.PutBatch(context.Background(), "p/v/1", want[i:i+1]); err != nil {
			t.Fatal(err)
		}
	}
	copyStore(t, crashed, live)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	r := seeded(t)
	loud := 0
	for i := range damageRounds(30, 600) {
		broken := filepath.Join(t.TempDir(), fmt.Sprint(i))
		copyStore(t, broken, crashed)
		logs := files(t, broken, ".log")
		log := logs[len(logs)-1] // the others are done with
		if i%3 == 0 {
			if err := os.Truncate(log, r.Int64N(size(t, log))); err != nil {
				t.Fatal(err)
			}
		} else {
			flip(t, log, r.Int64N(size(t, log)), r.IntN(8))
		}
		missing, err := examine(t, broken, want)
		wantLoud(t, err)
		if err != nil {
			loud++
		}
		if err == nil && missing > 0 {
			wantPrefix(t, broken, want, missing)
		}
	}
	if loud == 0 {
		t.Error("no damage was noticed, though most of it stood before records that were synced")
	}
}

// wantPrefix checks that exactly the last cells written are missing.
func wantPrefix(t *testing.T, dir string, want []online.Cell, missing int) {
	t.Helper()
	if _, err := examine(t, dir, want[:len(want)-missing]); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the cells before the damage: %v", err)
	}
	if left, _ := examine(t, dir, want[:len(want)-missing]); left != 0 {
		t.Errorf("%d cells are missing, but %d of them are not the last ones written", missing, left)
	}
}
