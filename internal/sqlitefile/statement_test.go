package sqlitefile_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/sqlitefile"
)

// floor is a statement that raises a number and returns it.
func floor(into *int64) *sqlitefile.Statement {
	return &sqlitefile.Statement{Text: `UPDATE truepoint_state_floor SET floor = floor + ? RETURNING floor`, Args: []any{1}, Into: []any{into}}
}

func TestAStatementIsCommittedWhenItReturns(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "registry.db")
	db, other := open(t, path), open(t, path)
	defer db.Close()
	defer other.Close()
	for want := int64(1); want <= 3; want++ {
		var got, read int64
		if found, err := db.WriteRow(t.Context(), floor(&got)); err != nil || !found || got != want {
			t.Fatalf("wrote %d, %v, %v; want %d", got, found, err, want)
		}
		ask := &sqlitefile.Statement{Text: `SELECT floor FROM truepoint_state_floor`, Into: []any{&read}}
		if found, err := other.ReadRow(t.Context(), ask); err != nil || !found || read != want {
			t.Errorf("another reads %d, %v, %v; want %d", read, found, err, want)
		}
	}
	none := &sqlitefile.Statement{Text: `SELECT floor FROM truepoint_state_floor WHERE floor < ?`, Args: []any{0}, Into: []any{new(int64)}}
	if found, err := db.ReadRow(t.Context(), none); err != nil || found {
		t.Errorf("without a row: %v, %v", found, err)
	}
	bad := &sqlitefile.Statement{Text: `UPDATE truepoint_state_floor SET floor = NULL RETURNING floor`, Into: []any{new(int64)}}
	if _, err := db.WriteRow(t.Context(), bad); err == nil {
		t.Error("what the table refuses was written")
	}
}

func TestAStatementWaitsForAnotherProcessUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "registry.db")
	db, other := open(t, path), open(t, path)
	defer other.Close()
	var got int64
	err := other.Write(t.Context(), func(*sql.Conn) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if _, err := db.WriteRow(ctx, floor(&got)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while another writes: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.WriteRow(t.Context(), floor(&got)); err != nil || got != 1 {
		t.Errorf("afterwards: %d, %v", got, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.WriteRow(t.Context(), floor(&got)); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("after Close: %v", err)
	}
}
