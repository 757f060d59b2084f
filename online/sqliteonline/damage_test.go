package sqliteonline_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/online/sqliteonline"
)

var update = flag.Bool("update", false, "rewrite the fixture of the format on disk")

func TestFormat1IsReadForEver(t *testing.T) {
	t.Parallel()
	const kept = "testdata/format1.db"
	if *update {
		for _, f := range []string{kept, kept + "-wal", kept + "-shm"} {
			os.Remove(f)
		}
		d := open(t, kept)
		onlinetest.FillFixture(t, d, nil)
		if err := os.WriteFile("testdata/format1.golden", []byte(onlinetest.Dump(t, d)), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "online.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	d := open(t, path)
	defer d.Close()
	onlinetest.CheckGolden(t, d, "testdata/format1.golden")
}

func TestOpenRefusesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	newer := func(t *testing.T) []byte {
		path := filepath.Join(t.TempDir(), "newer.db")
		if err := open(t, path).Close(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[63] = 9 // user_version
		return b
	}
	for name, content := range map[string][]byte{
		"a text":                      []byte("notes"),
		"an empty file":               {},
		"a SQLite file of others":     append([]byte("SQLite format 3\x00"), make([]byte, 4080)...),
		"a file of a newer format":    newer(t),
		"a SQLite header cut in half": []byte("SQLite format 3\x00abc"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "online.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := sqliteonline.Open(context.Background(), path)
			if errs.CodeOf(err) != errs.FailedPrecondition || errs.All(err)[0].Hint == "" {
				t.Errorf("got %v, want failed_precondition with a hint", err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, content) {
				t.Errorf("the file changed (%v)", err)
			}
			if ours, err := sqliteonline.Ours(path); err != nil || ours != (name == "a file of a newer format") {
				t.Errorf("Ours: got %t, %v", ours, err)
			}
		})
	}
}

func TestFault_04_AFlippedBitIsNeverAWrongValue(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "online.db")
	d := open(t, path)
	var want []online.Cell
	for n := range int64(500) {
		want = append(want, online.Cell{Key: onlinetest.IntKey(t, n), Row: onlinetest.Row(t, onlinetest.At(5), string(bytes.Repeat([]byte{byte('a' + n%26)}, 100)))})
	}
	if _, err := d.PutBatch(context.Background(), "p/v/1", want); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	rounds, loud := 60, 0
	if onlinetest.Long() {
		rounds = 3000
	}
	for range rounds {
		at, bit := r.IntN(len(whole)), r.IntN(8)
		broken := slices.Clone(whole)
		broken[at] ^= 1 << bit
		copied := filepath.Join(t.TempDir(), "online.db")
		if err := os.WriteFile(copied, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := examine(t, copied, want); err != nil {
			loud++
			if code := errs.CodeOf(err); code == errs.Canceled || code == errs.DeadlineExceeded {
				t.Errorf("bit %d of byte %d: got %v", bit, at, err)
			}
		}
	}
	if loud < rounds/4 {
		t.Errorf("%d of %d flips were noticed; the test does not bite", loud, rounds)
	}
}

// examine reads a damaged file. A row that is answered must be right; one that is missing while the others are read
// without error is reported by the caller's count.
func examine(t *testing.T, path string, want []online.Cell) error {
	t.Helper()
	d, err := sqliteonline.Open(context.Background(), path)
	if err != nil {
		return err
	}
	defer d.Close() // may fail in its turn
	item := online.TableKeys{Table: "p/v/1", Rows: make([][]byte, len(want))}
	for _, c := range want {
		item.Keys = append(item.Keys, c.Key)
	}
	err = d.GetBatch(context.Background(), []online.TableKeys{item})
	for i, row := range item.Rows {
		if err == nil && row != nil && !bytes.Equal(row, want[i].Row) {
			t.Errorf("a wrong row is served for key %x", want[i].Key)
		}
	}
	if err == nil && slices.ContainsFunc(item.Rows, func(r []byte) bool { return r == nil }) {
		return errMissing
	}
	return err
}

// errMissing says that SQLite lost rows without noticing: a key, a table's number or a page pointer was hit. They read
// as not found, never as something else.
var errMissing = errors.New("rows are missing")
