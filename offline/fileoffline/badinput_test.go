//go:build unix

package fileoffline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/value"
)

func TestBadInput_73_files_that_differ_in_their_columns(t *testing.T) {
	t.Parallel()
	dir := files(t, map[string]string{
		"extra/a.csv": "id\n1\n", "extra/b.csv": "more,id\nx,2\n", "missing/a.csv": "id,f\n1,x\n", "missing/b.csv": "id,g\n2,y\n",
		"types/a.csv": "id,f\n1,5\n", "types/b.csv": "id,f\n2,5.5\n", "empty/a.csv": "id,f\n", "empty/b.csv": "id,f\n3,x\n",
	})
	if got, err := readColumn(t, dir, "extra", id); err != nil || strings.Join(got, " ") != "1 2" {
		t.Errorf("a column that nobody asked for may be missing, in any order: %q, %v", got, err)
	}
	if got, err := readColumn(t, dir, "empty", id); err != nil || strings.Join(got, " ") != "3" {
		t.Errorf("a file without rows adds none: %q, %v", got, err)
	}
	_, err := readColumn(t, dir, "missing", value.Field{Name: "f", Type: text})
	refused(t, err, errs.InvalidArgument, "missing/b.csv", `no column "f"`, "id, g", "every file")
	_, err = readColumn(t, dir, "types", value.Field{Name: "f", Type: value.Scalar(value.Int64)})
	refused(t, err, errs.InvalidArgument, "types/b.csv", "row 1", `"f"`, "5.5")
}

func TestBadInput_85_replaced_files_and_markers(t *testing.T) {
	t.Parallel()
	dir := files(t, map[string]string{
		"d/a.csv": row("a"), "d/_SUCCESS": "", "d/_metadata": "?", "d/.hidden.csv": row("hidden"), "d/.a.csv.crc": "?", "d/a.csv.crc": "?",
		"d/_temporary/0/b.csv": row("half"), "d/.git/c.csv": row("hidden"), "marks/_SUCCESS": "", "none/": "", "odd/a.txt": "x",
	})
	for _, path := range []string{"d", "d/*", "*/a.csv*"} {
		if got, err := readColumn(t, dir, path, id); err != nil || strings.Join(got, " ") != "a" {
			t.Errorf("%s: got %q and %v, want the file a alone", path, got, err)
		}
	}
	for _, path := range []string{"none", "marks", "gone", "gone.parquet", "d/gone/*.csv"} {
		_, err := readColumn(t, dir, path, id)
		refused(t, err, errs.NotFound, `source "s" has no data`, path, "correct the path")
	}
	_, err := readColumn(t, dir, "odd", id)
	refused(t, err, errs.InvalidArgument, "odd/a.txt", ".parquet")

	a := filepath.Join(dir, "d", "a.csv")
	snap, err := fileoffline.New(dir, nil).Open(t.Context(), source("d"), []value.Field{id}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	replace(t, a, row("b"))
	if got, err := texts(t, snap, "id"); err != nil || strings.Join(got, " ") != "a" {
		t.Errorf("a file that was replaced by renaming stays readable as it was: %q, %v", got, err)
	}
	pinned := snap.Manifest()
	unchanged := datatest.Dir(t, dir)
	_, err = fileoffline.New(dir, nil).Open(t.Context(), source("d"), []value.Field{id}, &pinned)
	refused(t, err, errs.FailedPrecondition, "d/a.csv changed", "start the run again")
	unchanged()

	now, err := fileoffline.New(dir, nil).Open(t.Context(), source("d"), []value.Field{id}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer now.Close()
	if err := os.WriteFile(a, []byte(row("overwritten")), 0o644); err != nil {
		t.Fatal(err)
	}
	unchanged = datatest.Dir(t, dir)
	_, err = texts(t, now, "id")
	refused(t, err, errs.FailedPrecondition, "d/a.csv was written to", "run again")
	unchanged()
}

// replace gives a file new contents by renaming.
func replace(t *testing.T, path, body string) {
	t.Helper()
	next := path + ".new"
	if err := os.WriteFile(next, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, path); err != nil {
		t.Fatal(err)
	}
}

func TestBadInput_86_paths_and_links(t *testing.T) {
	t.Parallel()
	outside := files(t, map[string]string{"secret.csv": row("secret")})
	dir := files(t, map[string]string{"in/a.csv": row("a"), "out/a.csv": row("a"), "twice/a.csv": row("a"), "loop/a.csv": row("a"), "up/a.csv": row("a"), "real.csv": row("real")})
	for link, target := range map[string]string{
		"in/b.csv": "../real.csv", "out/b.csv": filepath.Join(outside, "secret.csv"), "twice/b.csv": "a.csv", "loop/b.csv": "b.csv",
		"up/b": outside, "linked.csv": filepath.Join(outside, "secret.csv"),
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.csv"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "pipes"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipes", "p.csv"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"in": "a real", "linked.csv": "secret", filepath.Join(outside, "*.csv"): "secret"} {
		if got, err := readColumn(t, dir, path, id); err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: got %q and %v, want %s", path, got, err, want)
		}
	}
	for path, want := range map[string]struct {
		code  errs.Code
		words []string
	}{
		"../x.csv":                 {errs.InvalidArgument, []string{"leads out of the repository", "absolute path"}},
		"in/../../x.csv":           {errs.InvalidArgument, []string{"leads out of the repository"}},
		"../*/x.csv":               {errs.InvalidArgument, []string{"leads out of the repository"}},
		"":                         {errs.InvalidArgument, []string{"no usable path"}},
		"a\x00b.csv":               {errs.InvalidArgument, []string{"no usable path"}},
		"s3:///x.parquet":          {errs.InvalidArgument, []string{"names no bucket", "s3://bucket/path"}},
		"in/[a.csv":                {errs.InvalidArgument, []string{"not a glob", "backslash"}},
		"out":                      {errs.FailedPrecondition, []string{"out/b.csv", "is a link to", "copy the data"}},
		"out/*.csv":                {errs.FailedPrecondition, []string{"out/b.csv", "is a link to"}},
		"up":                       {errs.FailedPrecondition, []string{"up/b", "is a link to"}},
		"twice":                    {errs.FailedPrecondition, []string{"a.csv", "b.csv", "same file"}},
		"loop":                     {errs.FailedPrecondition, []string{"loop/b.csv"}},
		"pipe.csv":                 {errs.InvalidArgument, []string{"neither a file nor a directory"}},
		"pipes":                    {errs.InvalidArgument, []string{"pipes/p.csv", "neither a file nor a directory"}},
		strings.Repeat("n", 300):   {errs.InvalidArgument, []string{"name too long"}},
		"%2e%2e/x.csv":             {errs.NotFound, []string{"%2e%2e/x.csv"}},
		"real.csv/x.csv":           {errs.NotFound, []string{"real.csv/x.csv"}},
		"in/a.csv" + string('\\'):  {errs.NotFound, []string{"in/a.csv"}},
		"~/x.csv":                  {errs.NotFound, []string{"~/x.csv"}},
		"https://example.com/x.cs": {errs.InvalidArgument, []string{"https://"}},
	} {
		_, err := readColumn(t, dir, path, id)
		t.Run(fmt.Sprintf("%.20q", path), func(t *testing.T) { refused(t, err, want.code, want.words...) })
	}
}

func TestBadInput_72_a_damaged_file_spoils_the_whole_source(t *testing.T) {
	t.Parallel()
	whole := files(t, map[string]string{"x": ""})
	c := value.NewColumn(text, 0)
	for i := range 1000 {
		c.Append(value.OfString(fmt.Sprint("row ", i)))
	}
	b := &value.Batch{Rows: 1000}
	b.Add("id", c)
	at := filepath.Join(whole, "a.parquet")
	write(t, at, b)
	body, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string]string{
		"empty": "", "magic": "PAR2" + string(body[4:]), "text": "id\n1\n", "truncated": string(body[:len(body)-9]), "half": string(body[:len(body)/2]),
		"tail": string(body[len(body)/2:]), "footer length": string(body[:len(body)-8]) + "\xff\xff\xff\x7fPAR1",
	} {
		dir := files(t, map[string]string{"d/a.parquet": string(body), "d/b.parquet": damaged})
		got, err := readColumn(t, dir, "d", id)
		if err == nil || got != nil {
			t.Errorf("%s: %d rows of a source with a damaged file, and %v", name, len(got), err)
			continue
		}
		code := errs.DataLoss
		if name == "empty" {
			code = errs.InvalidArgument
		}
		t.Run(name, func(t *testing.T) { refused(t, err, code, "d/b.parquet") })
	}
}

func TestBadInput_72_an_appended_file_with_a_flipped_bit_is_refused(t *testing.T) {
	t.Parallel()
	dir := files(t, map[string]string{"d/": ""})
	c := value.NewColumn(text, 0)
	c.Append(value.OfString("x"))
	b := &value.Batch{Rows: 1}
	b.Add("id", c)
	if err := fileoffline.New(dir, nil).Append(t.Context(), source("d"), "push-1", b); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "d", "part-*.parquet"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	body, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	for at := range body {
		flipped := append([]byte(nil), body...)
		flipped[at] ^= 1 << (at % 8)
		if err := os.WriteFile(found[0], flipped, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readColumn(t, dir, "d", id); errs.CodeOf(err) != errs.DataLoss || !strings.Contains(err.Error(), filepath.Base(found[0])) {
			t.Fatalf("byte %d: got %v", at, err)
		}
	}
}
