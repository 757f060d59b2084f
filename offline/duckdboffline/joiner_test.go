//go:build duckdb

package duckdboffline_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/duckdboffline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/offline/joinertest"
	"github.com/truepoint/truepoint/value"
)

// An engine writes Parquet files for random plans.
type engine struct {
	*duckdboffline.Joiner
	dir   string
	files int
}

func (e *engine) Table(_ context.Context, columns []value.Field, batches []*value.Batch) (*feature.Source, error) {
	e.files++
	name := fmt.Sprintf("history_%d.parquet", e.files)
	w, err := offline.Create(filepath.Join(e.dir, name), columns)
	if err != nil {
		return nil, err
	}
	defer w.Abort()
	for _, b := range batches {
		if err := w.Write(b); err != nil {
			return nil, err
		}
	}
	return &feature.Source{Name: name, Type: feature.FileSource, Path: name, TimestampField: "event"}, w.Commit()
}

func (e *engine) Clear(context.Context) error {
	for ; e.files > 0; e.files-- {
		if err := os.Remove(filepath.Join(e.dir, fmt.Sprintf("history_%d.parquet", e.files))); err != nil {
			return err
		}
	}
	return nil
}

func TestScriptsAreAnsweredByDuckDB(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	joinertest.RunScripts(t, "../../spec", &engine{Joiner: duckdboffline.New(fileoffline.New(dir, nil), dir, nil), dir: dir}, joinertest.Except(nil))
}

func TestRandomPlansAgreeWithNaiveAndEval(t *testing.T) {
	dir := t.TempDir()
	joinertest.Run(t, &engine{Joiner: duckdboffline.New(fileoffline.New(dir, nil), dir, nil), dir: dir})
}

func TestRandomWindowsAgreeWithNaive(t *testing.T) {
	dir := t.TempDir()
	joinertest.RunWindows(t, &engine{Joiner: duckdboffline.New(fileoffline.New(dir, nil), dir, nil), dir: dir})
}

func TestRandomFiltersSelectWhatExprSelects(t *testing.T) {
	dir := t.TempDir()
	joinertest.RunFilters(t, &engine{Joiner: duckdboffline.New(fileoffline.New(dir, nil), dir, nil), dir: dir})
}

func TestAJoinReachesItsFilesAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"mine.parquet", "other.parquet"} {
		b := &value.Batch{}
		c := value.NewColumn(value.Scalar(value.Int64), 1)
		c.Append(value.OfInt64(7))
		b.Add("a", c)
		if err := offline.WriteTable(filepath.Join(dir, name), b); err != nil {
			t.Fatal(err)
		}
	}
	mine := filepath.Join(dir, "mine.parquet")
	db, err := duckdboffline.OpenFor(duckdboffline.New(fileoffline.New(dir, nil), dir, nil), mine)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRowContext(t.Context(), "SELECT a FROM read_parquet('"+mine+"')").Scan(&n); err != nil || n != 7 {
		t.Errorf("its own file: %d, %v", n, err)
	}
	for _, text := range []string{
		"SELECT * FROM read_parquet('" + filepath.Join(dir, "other.parquet") + "')", "SELECT * FROM read_text('/etc/passwd')",
		"SELECT * FROM glob('/etc/*')", "COPY (SELECT 1) TO '" + filepath.Join(dir, "new.csv") + "'", "ATTACH '" + filepath.Join(dir, "x.db") + "'",
		"SET enable_external_access = true", "SET allowed_paths = ['/etc/passwd']", "RESET lock_configuration", "SET memory_limit = '100GB'", "INSTALL httpfs", "LOAD httpfs",
	} {
		if _, err := db.ExecContext(t.Context(), text); err == nil {
			t.Errorf("%s: it is allowed", text)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != 2 {
		t.Errorf("files: %v, %v", left, err)
	}
}
