package offline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// WriteTable writes a batch as a file, Parquet, CSV, JSON lines or Arrow by the extension of path. The file appears whole or
// not at all; one that is there is replaced. Errors: those of Create and TableWriter.Commit.
func WriteTable(path string, b *value.Batch) error {
	w, err := Create(path, b.Fields())
	if err != nil {
		return err
	}
	return w.WriteAll(b)
}

// WriteAll writes a batch as the whole table and commits it, or aborts.
func (w *TableWriter) WriteAll(b *value.Batch) error {
	defer w.Abort()
	if err := w.Write(b); err != nil {
		return err
	}
	return w.Commit()
}

// A TableWriter writes a file in several batches. The file appears with Commit, or never.
type TableWriter struct {
	name string
	to   Output
	enc  *tablefile.Writer
	sum  summing
}

// A summing writer counts and sums what it is given.
type summing struct {
	sha   hash.Hash
	bytes int64
}

func (s *summing) Write(p []byte) (int, error) {
	s.bytes += int64(len(p))
	return s.sha.Write(p)
}

// An Output is a file in the making. It appears with Commit, or never; after Commit, Abort does nothing.
type Output interface {
	io.Writer
	Commit() error
	Abort()
}

// A localOutput is a file of the local file system in the making.
type localOutput struct {
	*tablefile.Atomic
	name string
}

func (o localOutput) Commit() error { return o.Atomic.Commit(o.name) }

// Create starts to write a table with these columns to path, whose directory must exist. Call Commit or Abort.
// Errors: InvalidArgument for an unknown extension and for columns that a file cannot have; those of the file system.
func Create(path string, fields []value.Field) (*TableWriter, error) {
	if _, err := tablefile.FormatOf(path); err != nil {
		return nil, err
	}
	to, err := CreateFile(path)
	if err != nil {
		return nil, err
	}
	return CreateAt(path, to, fields)
}

// CreateFile starts to write a file of any kind to path, whose directory must exist.
func CreateFile(path string) (Output, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, errs.New(errs.InvalidArgument, "%s is not a regular file and cannot be replaced", path).WithID("T0521")
	}
	file, err := tablefile.CreateAtomic(filepath.Dir(path))
	if err != nil {
		return nil, fileError(err, "cannot write %s", path)
	}
	return localOutput{file, filepath.Base(path)}, nil
}

// CreateAt is Create for a file wherever it lies, whose name tells its format. It takes over to.
func CreateAt(name string, to Output, fields []value.Field) (*TableWriter, error) {
	format, err := tablefile.FormatOf(name)
	w := &TableWriter{name: name, to: to, sum: summing{sha: sha256.New()}}
	if err == nil {
		w.enc, err = tablefile.NewWriter(io.MultiWriter(to, &w.sum), format, fields)
	}
	if err != nil {
		to.Abort()
		return nil, err
	}
	return w, nil
}

// Write appends the rows of a batch, which has the columns given to Create in order.
func (w *TableWriter) Write(b *value.Batch) error {
	return fileError(w.enc.Write(b), "writing %s", w.name)
}

// Commit makes the file durable and gives it its name.
func (w *TableWriter) Commit() error {
	if err := w.enc.Close(); err != nil {
		return fileError(err, "writing %s", w.name)
	}
	return fileError(w.to.Commit(), "writing %s", w.name)
}

// Written returns the number of bytes of the file and their SHA-256 in hex. It is called after Commit.
func (w *TableWriter) Written() (bytes int64, sha256 string) {
	return w.sum.bytes, hex.EncodeToString(w.sum.sha.Sum(nil))
}

// Abort drops what was written. After Commit it does nothing.
func (w *TableWriter) Abort() { w.to.Abort() }

// fileError wraps a raw error of the operating system; nil and our own errors pass.
func fileError(err error, format string, args ...any) error {
	if err == nil || errs.CodeOf(err) != errs.Unknown {
		return err
	}
	return tablefile.OSError(err, fmt.Sprintf(format, args...))
}
