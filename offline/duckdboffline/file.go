//go:build duckdb

package duckdboffline

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// A file is a version of a Parquet file.
type file struct {
	path  string // its real path
	info  os.FileInfo
	fixed map[string]value.Value // columns that its place gives, by their names in views
}

// version returns the present version of a file, behind all symbolic links.
func version(path string) (f file, err error) {
	if f.path, err = filepath.EvalSymlinks(path); err != nil {
		return f, err
	}
	if f.path, err = filepath.Abs(f.path); err != nil {
		return f, err
	}
	f.info, err = os.Stat(f.path)
	return f, err
}

// unchanged returns a FailedPrecondition error if the file is not the version that it was.
func (f *file) unchanged() error {
	now, err := os.Stat(f.path)
	if err != nil || !os.SameFile(now, f.info) || now.Size() != f.info.Size() || !now.ModTime().Equal(f.info.ModTime()) {
		return changed(f.path)
	}
	return nil
}

func changed(path string) error {
	return errs.New(errs.FailedPrecondition, "%s was written to while it was read", path).WithID("T0503").WithHint("run again once its writer is done")
}

// readable refuses sources whose files DuckDB would read otherwise, as far as that can be told without looking.
func readable(s *feature.Source) error {
	hint := "leave out --dry-run: the join runs here; or keep the rows in Parquet files"
	bucket := strings.Contains(s.Path, "://") && !strings.HasPrefix(s.Path, "file://")
	if s.Type != feature.FileSource || bucket {
		return errs.New(errs.Unimplemented, "source %q lies in no local files, which DuckDB joins", s.Name).WithID("T0564").WithHint("%s", hint)
	}
	if format, err := tablefile.FormatOf(s.Path); err == nil && format != tablefile.Parquet {
		return errs.New(errs.Unimplemented, "source %q is a %s file: DuckDB reads texts as other values than we do", s.Name, format).WithID("T0564").WithHint("%s", hint)
	}
	return nil
}
