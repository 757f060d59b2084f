//go:build unix

package fileoffline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/value"
)

func TestAppendedRowsAloneAreNotTheHistoryOfAFileThatIsGone(t *testing.T) {
	t.Parallel()
	dir := files(t, map[string]string{"a.csv": row("own")})
	d := fileoffline.New(dir, nil)
	batch := &value.Batch{Rows: 1}
	c := value.NewColumn(id.Type, 1)
	c.Append(value.OfString("pushed"))
	batch.Add(id.Name, c)
	if err := d.Append(t.Context(), source("a.csv"), "1", batch); err != nil {
		t.Fatal(err)
	}
	if got, err := readColumn(t, dir, "a.csv", id); err != nil || strings.Join(got, " ") != "own pushed" {
		t.Fatalf("got %q, %v", got, err)
	}
	if err := os.Remove(filepath.Join(dir, "a.csv")); err != nil {
		t.Fatal(err)
	}
	_, err := readColumn(t, dir, "a.csv", id)
	refused(t, err, errs.NotFound, "has lost its file a.csv", "a.csv.d", "put the file back")
	if err := os.Remove(filepath.Join(dir, "a.csv.d", ".truepoint-beside")); err != nil {
		t.Fatal(err)
	}
	if got, err := readColumn(t, dir, "a.csv", id); err != nil || strings.Join(got, " ") != "pushed" {
		t.Errorf("with the mark removed: got %q, %v", got, err)
	}
}
