package dataset

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// Files are where the files of sets lie. Paths are those of manifests. Implementations are safe for concurrent use.
type Files interface {
	// Sum returns the size and the SHA-256, in hex, of a file. Errors: NotFound.
	Sum(ctx context.Context, path string) (bytes int64, sha256 string, err error)
	// Read reads a whole table. Errors: as offline.ReadTable.
	Read(ctx context.Context, path string, opt *offline.TableOptions) (*value.Batch, error)
	// Remove removes a file; one that is not there is no error.
	Remove(ctx context.Context, path string) error
}

// read returns the rows of all files of a set, in order, with the columns and types of the manifest. Errors: those of
// Files; InvalidArgument for a file that lacks a column or has other rows than the manifest says.
func (m *Manifest) read(ctx context.Context, files Files) (*value.Batch, error) {
	out := &value.Batch{}
	types := map[string]value.Type{}
	for _, f := range m.Columns {
		types[f.Name] = f.Type
		out.Add(f.Name, value.NewColumn(f.Type, 0))
	}
	for i := range m.Files {
		f := &m.Files[i]
		b, err := files.Read(ctx, f.Path, &offline.TableOptions{Types: types})
		if err != nil {
			return nil, err
		}
		if int64(b.Rows) != f.Rows {
			return nil, errs.New(errs.InvalidArgument, "%s has %d rows, dataset %q had %d there", f.Path, b.Rows, m.Name, f.Rows).WithID("T0629")
		}
		for c, column := range out.Columns {
			from := b.Column(out.Names[c])
			for r := range b.Rows {
				column.Append(from.At(r))
			}
		}
		out.Rows += b.Rows
	}
	return out, nil
}

// place returns the file that holds row i of the set, and the number of the row in it, from 0.
func (m *Manifest) place(i int64) (*File, int64) {
	for f := range m.Files {
		if i < m.Files[f].Rows {
			return &m.Files[f], i
		}
		i -= m.Files[f].Rows
	}
	return nil, i
}
