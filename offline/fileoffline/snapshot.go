package fileoffline

import (
	"context"
	"slices"
	"strconv"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// An opening is what the files of a snapshot are opened with.
type opening struct {
	driver  *Driver
	files   files
	mapping *offline.Mapping
	options *tablefile.Options
	columns []value.Field
}

// An opened is one file of a snapshot; without a file, one that could not be opened.
type opened struct {
	file     file
	version  offline.File
	parts    []pit.Part
	appended bool
}

// open opens one file and makes its parts. expected is the version that was pinned, or nil.
func (b *opening) open(ctx context.Context, o *opened, e entry, expected *offline.File) (err error) {
	if o.file, err = b.files.open(ctx, e.abs); err != nil {
		if expected != nil && errs.CodeOf(err) == errs.NotFound {
			return pinError(expected, "vanished")
		}
		return err
	}
	if o.version, err = o.file.version(); err != nil {
		return err
	}
	if expected != nil && o.version != *expected {
		return pinError(expected, "changed")
	}
	if err := b.driver.verify(ctx, e, o.file); err != nil {
		return err
	}
	f, err := tablefile.Open(ctx, o.file, e.format, b.options)
	if err != nil {
		return err
	}
	if err := b.mapping.Check(f.Names()); err != nil {
		return err
	}
	o.appended = e.appended != nil
	o.parts, err = b.parts(e, f)
	return err
}

func pinError(f *offline.File, how string) error {
	return errs.New(errs.FailedPrecondition, "%s %s since the manifest was taken", f.Path, how).WithID("T0503").
		WithHint("start the run again: it takes a new snapshot")
}

// parts selects the wanted columns of a file and returns its parts.
func (b *opening) parts(e entry, f *tablefile.File) ([]pit.Part, error) {
	fixed, err := b.fixedColumns(e)
	if err != nil {
		return nil, err
	}
	var inside []tablefile.Column
	for _, c := range b.columns {
		if _, ok := fixed[c.Name]; !ok {
			inside = append(inside, tablefile.Column{
				Name: c.Name, File: b.mapping.Column(c.Name), Type: c.Type, Moment: b.mapping.Moment(c.Name), Optional: e.appended != nil || offline.Ours(c.Name),
			})
		}
	}
	found, err := f.Select(inside)
	if err != nil {
		return nil, err
	}
	parts := make([]pit.Part, len(found))
	var first int64
	for i, p := range found {
		parts[i] = &part{file: p, fixed: fixed, name: b.files.display(e.abs), first: first}
		first += int64(p.Rows())
	}
	return parts, nil
}

// A fixedColumn has one value in all rows of a file.
type fixedColumn struct {
	of    value.Type
	value value.Value
}

// fixedColumns returns the columns that a file does not contain but its place gives it, by their names in views.
func (b *opening) fixedColumns(e entry) (map[string]fixedColumn, error) {
	sequence := fixedColumn{of: value.Scalar(value.Int64)}
	if e.appended != nil {
		sequence.value = value.OfInt64(e.appended.sequence)
	}
	fixed := map[string]fixedColumn{offline.SequenceColumn: sequence}
	for _, c := range b.columns {
		i := slices.IndexFunc(e.partitions, func(p partition) bool { return p.key == b.mapping.Column(c.Name) })
		if i < 0 {
			continue
		}
		fixed[c.Name] = fixedColumn{of: c.Type}
		if text := e.partitions[i].value; !text.IsNull() {
			v, err := b.options.Text(text.Text(), c.Type)
			if err != nil {
				return nil, errs.Wrap(err, errs.CodeOf(err), "%s, partition column %q", b.files.display(e.abs), c.Name)
			}
			fixed[c.Name] = fixedColumn{of: c.Type, value: v}
		}
	}
	return fixed, nil
}

// partitionType returns the type of a partition column: Int64 or Date if every directory name is one, else String.
func partitionType(key string, entries []entry) value.Type {
	ints, dates := true, true
	for _, e := range entries {
		for _, p := range e.partitions {
			if p.key != key || p.value.IsNull() {
				continue
			}
			_, err := strconv.ParseInt(p.value.Text(), 10, 64)
			ints = ints && err == nil
			_, err = value.ParseDate(p.value.Text())
			dates = dates && err == nil
		}
	}
	switch {
	case ints:
		return value.Scalar(value.Int64)
	case dates:
		return value.Scalar(value.Date)
	}
	return value.Scalar(value.String)
}

// A snapshot is a list of open files. It implements offline.Snapshot.
type snapshot struct {
	parts    []pit.Part
	manifest offline.Manifest
	sequence string
	files    []file
}

// add takes over an opened file.
func (s *snapshot) add(o *opened) {
	if o.file == nil {
		return
	}
	s.files = append(s.files, o.file)
	s.manifest.Files = append(s.manifest.Files, o.version)
	s.parts = append(s.parts, o.parts...)
	if o.appended {
		s.sequence = offline.SequenceColumn
	}
}

func (s *snapshot) Parts() []pit.Part          { return s.parts }
func (s *snapshot) Manifest() offline.Manifest { return s.manifest }
func (s *snapshot) Sequence() string           { return s.sequence }

// Close closes the files; those that are being read are closed when the read ends.
func (s *snapshot) Close() error {
	for _, f := range s.files {
		f.close()
	}
	s.files = nil
	return nil
}

// A part adds the fixed columns of its file to what the file contains.
type part struct {
	file  tablefile.Part
	fixed map[string]fixedColumn
	name  string // of the file, as the manifest has it
	first int64  // number of the part's first row in the file
}

// Location implements offline.Located.
func (p *part) Location() (file string, first int64) { return p.name, p.first }

// Fixed implements offline.Fixed.
func (p *part) Fixed(column string) (value.Value, bool) {
	f, ok := p.fixed[column]
	return f.value, ok
}

func (p *part) Rows() int { return p.file.Rows() }

func (p *part) Read(ctx context.Context, columns []string, dst []*value.Column) error {
	return p.ReadPicked(ctx, columns, nil, dst)
}

// ReadPicked implements pit.PickingPart.
func (p *part) ReadPicked(ctx context.Context, columns []string, picked []uint64, dst []*value.Column) error {
	var names []string
	var inside []*value.Column
	for i, name := range columns {
		f, ok := p.fixed[name]
		if !ok {
			names, inside = append(names, name), append(inside, dst[i])
			continue
		}
		fill(dst[i], f, tablefile.CountPicked(picked, p.Rows()))
	}
	return p.file.Read(ctx, names, picked, inside)
}

func fill(dst *value.Column, f fixedColumn, rows int) {
	dst.Type = f.of
	dst.Resize(rows)
	for r := range rows {
		dst.Set(r, f.value)
	}
}
