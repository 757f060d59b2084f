package fileoffline

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// lockName is the file whose lock orders appends to one directory across processes. It stays there, empty.
const lockName = ".truepoint-append.lock"

// besideName is an empty file that says that the source had a file of its own when rows were appended to it: where that
// file is gone later, the appended rows alone are not the history.
const besideName = ".truepoint-beside"

// Append writes rows as one new Parquet file with the next sequence, also in its column offline.SequenceColumn, for
// other readers. The file appears whole, after it was made durable. Appends of several processes wait for each other,
// or, in a bucket, try again.
//
// Errors: FailedPrecondition for a source whose path is a glob; those of the medium.
func (d *Driver) Append(ctx context.Context, s *feature.Source, id string, rows *value.Batch) error {
	m, err := offline.NewAppend(s, id)
	if err != nil {
		return err
	}
	l, err := d.locate(ctx, s)
	if err != nil {
		return err
	}
	dir, err := l.appendDir()
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err = l.files.add(ctx, &addition{dir: dir, id: hashID(id), beside: l.place == placeFile, encode: func(w io.Writer, sequence int64) error {
		return encode(w, renamed(rows, m, sequence))
	}})
	if err != nil {
		return osError(err, "appending to source %q", s.Name)
	}
	return nil
}

// add orders appends by the lock of a file in the directory.
func (f *local) add(ctx context.Context, a *addition) error {
	if err := makeDir(a.dir); err != nil {
		return err
	}
	unlock, err := lock(ctx, filepath.Join(a.dir, lockName))
	if err != nil {
		return err
	}
	defer unlock()
	if a.beside {
		if err := mark(a.dir); err != nil {
			return err
		}
	}
	names, err := f.names(ctx, a.dir)
	if err != nil {
		return err
	}
	next, _, done := nextName(names, a.id)
	if done {
		return nil
	}
	return writeAppended(a, next)
}

// mark remembers in the directory of appended files that they stand beside a file.
func mark(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, besideName), os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	return f.Close()
}

// makeDir creates a directory, durably, if it is not there.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return tablefile.SyncDir(filepath.Dir(dir))
}

// nextName returns the name of the next append but for its checksum, and which sequences were written; done is true if
// this id was appended before.
func nextName(names []string, id string) (next *appendedName, written map[int64]bool, done bool) {
	next, written = &appendedName{sequence: 1, id: id}, map[int64]bool{}
	for _, n := range names {
		if a, ours := parseAppendedName(n); ours {
			done = done || a.id == id
			written[a.sequence] = true
			next.sequence = max(next.sequence, a.sequence+1)
		}
	}
	return next, written, done
}

// renamed returns the rows under the source's own column names, with their sequence.
func renamed(rows *value.Batch, m *offline.Mapping, sequence int64) *value.Batch {
	out := &value.Batch{Rows: rows.Rows}
	for i, n := range rows.Names {
		if n != offline.SequenceColumn {
			out.Add(m.Column(n), rows.Columns[i])
		}
	}
	c := value.NewColumn(value.Scalar(value.Int64), rows.Rows)
	c.Resize(rows.Rows)
	for r := range rows.Rows {
		c.Ints[r] = sequence
	}
	out.Add(offline.SequenceColumn, c)
	return out
}

// encode writes rows as a Parquet file.
func encode(to io.Writer, rows *value.Batch) error {
	w, err := tablefile.NewWriter(to, tablefile.Parquet, rows.Fields())
	if err != nil {
		return err
	}
	if err := w.Write(rows); err != nil {
		return err
	}
	return w.Close()
}

// writeAppended writes the file under the name that its contents complete.
func writeAppended(a *addition, name *appendedName) error {
	f, err := tablefile.CreateAtomic(a.dir)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := a.encode(f, name.sequence); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if name.sum, err = hashFile(f, info.Size()); err != nil {
		return err
	}
	return f.Commit(name.String())
}
