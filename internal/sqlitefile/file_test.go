package sqlitefile_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/sqlitefile"
)

func open(t *testing.T, path string) *sqlitefile.DB {
	t.Helper()
	db, err := sqlitefile.Open(t.Context(), path)
	if err != nil {
		t.Fatalf("open %s: %v", path, err)
	}
	return db
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// foreign makes a SQLite file of somebody else.
func foreign(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE entities (name TEXT)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestFilesThatAreNotOursStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(t *testing.T, path string){
		"Feast's protobuf": func(t *testing.T, path string) { write(t, path, []byte("\n\x05fraud\x12\x00 some protobuf")) },
		"a long text":      func(t *testing.T, path string) { write(t, path, []byte(strings.Repeat("name: x\n", 100))) },
		"an empty file":    func(t *testing.T, path string) { write(t, path, nil) },
		"a SQLite file":    foreign,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "registry.db")
			make(t, path)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if ours, err := sqlitefile.Ours(path); ours || err != nil {
				t.Errorf("Ours: %v, %v", ours, err)
			}
			_, err = sqlitefile.Open(t.Context(), path)
			if errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(err.Error(), path+".truepoint") {
				t.Errorf("Open: %v", err)
			}
			after, err := os.ReadFile(path)
			if err != nil || sha256.Sum256(before) != sha256.Sum256(after) {
				t.Errorf("the file changed: %v", err)
			}
			if err := open(t, sqlitefile.Beside(path)).Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOursKnowsOurFilesAndEmptyPlaces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "registry.db")
	if ours, err := sqlitefile.Ours(path); !ours || err != nil {
		t.Errorf("no file: %v, %v", ours, err)
	}
	db := open(t, path)
	for _, when := range []string{"open", "closed"} {
		if ours, err := sqlitefile.Ours(path); !ours || err != nil {
			t.Errorf("%s: %v, %v", when, ours, err)
		}
		if when == "open" {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ours, err := sqlitefile.Ours(dir); ours || err != nil {
		t.Errorf("a directory: %v, %v", ours, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left in the directory: %v", left)
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "registry.db")
	db := open(t, path)
	err := db.Write(t.Context(), func(conn *sql.Conn) error {
		_, err := conn.ExecContext(t.Context(), "PRAGMA user_version = 99")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // while the version stands in the log, and in the file
		_, err = sqlitefile.Open(t.Context(), path)
		if errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(err.Error(), "format 99") || !strings.Contains(err.Error(), "newer truepoint") {
			t.Errorf("got %v", err)
		}
		if db != nil {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			db = nil
		}
	}
}

func TestDamagedFileIsDataLoss(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "registry.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 100; i < len(data); i++ {
		data[i] = 0xAA
	}
	write(t, path, data)
	db, err := sqlitefile.Open(t.Context(), path)
	if err == nil {
		err = db.Read(t.Context(), func(tx *sql.Tx) error {
			var n int
			return tx.QueryRow("SELECT count(*) FROM truepoint_objects").Scan(&n)
		})
		defer db.Close()
	}
	if sqlitefile.Code(err) != errs.DataLoss {
		t.Errorf("got %v (%v), want DataLoss", err, sqlitefile.Code(err))
	}
	if all := errs.All(err); len(all) == 0 || all[0].Hint == "" {
		t.Errorf("%v has no hint", err)
	}
}

func TestManyOpenersMakeOneFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a", "b", "registry.db")
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			db, err := sqlitefile.Open(t.Context(), path)
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			err = db.Write(t.Context(), func(conn *sql.Conn) error {
				_, err := conn.ExecContext(t.Context(), "INSERT INTO truepoint_state VALUES (?, 1, '')", fmt.Sprint(i))
				return err
			})
			if err != nil {
				t.Errorf("write: %v", err)
			}
			if err := db.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	wg.Wait()
	db := open(t, path)
	defer db.Close()
	var n int
	if err := db.Read(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM truepoint_state").Scan(&n)
	}); err != nil || n != 16 {
		t.Errorf("%d rows, %v, want 16", n, err)
	}
}

func TestWriterThatWaitsEndsWithItsContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "registry.db")
	a, b := open(t, path), open(t, path)
	defer a.Close()
	defer b.Close()
	ctx, cancel := context.WithCancel(t.Context())
	err := a.Write(t.Context(), func(*sql.Conn) error {
		cancel()
		return b.Write(ctx, func(*sql.Conn) error { return nil })
	})
	if sqlitefile.Code(err) != errs.Canceled {
		t.Errorf("got %v, want Canceled", err)
	}
	if err := b.Write(t.Context(), func(*sql.Conn) error { return nil }); err != nil {
		t.Errorf("the file is not free afterwards: %v", err)
	}
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "registry.db"))
	defer db.Close()
	err := db.Write(t.Context(), func(conn *sql.Conn) error {
		if _, err := conn.ExecContext(t.Context(), "INSERT INTO truepoint_state VALUES ('k', 1, '')"); err != nil {
			return err
		}
		return errs.New(errs.Aborted, "no")
	})
	if errs.CodeOf(err) != errs.Aborted {
		t.Errorf("got %v", err)
	}
	var n int
	if err := db.Read(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM truepoint_state").Scan(&n)
	}); err != nil || n != 0 {
		t.Errorf("%d rows, %v, want none", n, err)
	}
}

func TestSharedFileStaysOpenForItsLastUser(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "registry.db"))
	other := db.Share()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := other.Write(t.Context(), func(*sql.Conn) error { return nil }); err != nil {
		t.Errorf("after one of two closed: %v", err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if err := other.Write(t.Context(), func(*sql.Conn) error { return nil }); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("write after close: got %v, want FailedPrecondition", err)
	}
}

func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "registry.db")
	for b.Loop() {
		db, err := sqlitefile.Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
