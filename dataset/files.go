package dataset

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// Files are where the files of sets lie. Paths are those of manifests. Implementations are safe for concurrent use.
type Files interface {
	// Sum returns the size and the SHA-256, in hex, of a file. Errors: NotFound.
	Sum(ctx context.Context, path string) (bytes int64, sha256 string, err error)
	// Open opens a table, which the caller closes. Errors: as offline.OpenTable.
	Open(ctx context.Context, path string, opt *offline.TableOptions) (*offline.TableFile, error)
	// Remove removes a file; one that is not there is no error.
	Remove(ctx context.Context, path string) error
}

// A table is the rows of all files of a set, in order, with the columns and types of the manifest.
type table struct {
	fields []value.Field
	parts  []pit.Part
	files  []*offline.TableFile
}

// open opens the files of a set. Errors: those of Files; InvalidArgument for a file that lacks a column or has other
// rows than the manifest says.
func (m *Manifest) open(ctx context.Context, files Files) (t *table, err error) {
	t = &table{fields: m.Columns}
	defer func() {
		if err != nil {
			err = errs.Join(err, t.Close())
		}
	}()
	types := map[string]value.Type{}
	for _, f := range m.Columns {
		types[f.Name] = f.Type
	}
	for i := range m.Files {
		f := &m.Files[i]
		file, err := files.Open(ctx, f.Path, &offline.TableOptions{Types: types})
		if err != nil {
			return t, err
		}
		t.files, t.parts = append(t.files, file), append(t.parts, file.Parts()...)
		if rows := file.Rows(); rows != f.Rows {
			return t, errs.New(errs.InvalidArgument, "%s has %d rows, dataset %q had %d there", f.Path, rows, m.Name, f.Rows).WithID("T0629")
		}
	}
	return t, nil
}

// Fields implements historical.SpineTable.
func (t *table) Fields() []value.Field { return t.fields }

// Parts implements pit.Table.
func (t *table) Parts() []pit.Part { return t.parts }

// Close closes the files.
func (t *table) Close() error {
	var all []error
	for _, f := range t.files {
		all = append(all, f.Close())
	}
	return errs.Join(all...)
}

// row reads one row of the set, counted from 0, and of its files only the part that holds it. Errors: as open.
func (m *Manifest) row(ctx context.Context, files Files, number int64) (_ *value.Batch, err error) {
	t, err := m.open(ctx, files)
	if err != nil {
		return nil, err
	}
	defer func() { err = errs.Join(err, t.Close()) }()
	part := 0
	for number >= int64(t.parts[part].Rows()) {
		number -= int64(t.parts[part].Rows())
		part++
	}
	b, err := offline.NewRowReader(&table{parts: t.parts[part : part+1]}, t.fields).Read(ctx, t.parts[part].Rows())
	if err != nil {
		return nil, err
	}
	return b.Slice(int(number), int(number)+1), nil
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
