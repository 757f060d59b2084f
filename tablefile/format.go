package tablefile

import (
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// A Format is a file format that can be read and written; Arrow can only be written.
type Format uint8

// The formats, by file name extension: .parquet, .csv, .jsonl, .ndjson or .json, and .arrow or .feather.
const (
	Unknown Format = iota
	Parquet
	CSV
	JSONLines
	Arrow // the IPC file format, Feather version 2
)

// String returns the usual extension without its dot.
func (f Format) String() string {
	return [...]string{"unknown", "parquet", "csv", "jsonl", "arrow"}[f]
}

// FormatOf returns the format of a file by the extension of its name, in any case. Errors: Unimplemented for a
// compressed text file, InvalidArgument for any other extension; both name the file.
func FormatOf(name string) (Format, error) {
	ext := strings.ToLower(filepath.Ext(name))
	switch ext {
	case ".parquet":
		return Parquet, nil
	case ".csv":
		return CSV, nil
	case ".jsonl", ".ndjson", ".json":
		return JSONLines, nil
	case ".arrow", ".feather":
		return Arrow, nil
	case ".gz", ".zst", ".bz2", ".xz", ".zip":
		return Unknown, errs.New(errs.Unimplemented, "%s is compressed, which cannot be read yet", name).WithID("T0510").
			WithHint("decompress it, or convert it to Parquet, which compresses inside")
	}
	return Unknown, errs.New(errs.InvalidArgument, "%s has no known extension, expected .parquet, .csv, .jsonl, .ndjson, .json, .arrow or .feather", name).
		WithID("T0511").WithHint("rename it by its format; a name that begins with _ or . is skipped in directories")
}
