package fileoffline

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// Options tunes a Driver. The zero value of every member means its default.
type Options struct {
	OpenFiles int // files kept open; default 256. More are opened while that many are read at once
	PartRows  int // rows of a part of a text file; default 65536
	// Buckets opens the buckets of sources in object stores; default objectstore.Open, each bucket once.
	Buckets objectstore.Opener
}

// A Driver reads and extends histories in files. It implements offline.Driver and is safe for concurrent use, also
// by several processes.
type Driver struct {
	root string
	opt  Options
	pool *pool

	mu       sync.Mutex
	verified map[offline.File]bool // appended files whose checksum was found right
}

var _ offline.Driver = (*Driver)(nil)

// New returns a driver for the repository at root. It touches no file.
func New(root string, opt *Options) *Driver {
	d := &Driver{verified: map[offline.File]bool{}}
	if opt != nil {
		d.opt = *opt
	}
	if d.opt.OpenFiles <= 0 {
		d.opt.OpenFiles = 256
	}
	if d.opt.Buckets == nil {
		d.opt.Buckets = objectstore.Shared(objectstore.Open)
	}
	d.root = root
	if abs, err := filepath.Abs(root); err == nil {
		d.root = abs
	}
	d.pool = newPool(d.opt.OpenFiles)
	return d
}

// Columns returns the columns of the source's first file in reading order, then those of its partition directories.
// Types of text files are inferred from that file alone.
func (d *Driver) Columns(ctx context.Context, s *feature.Source) ([]value.Field, error) {
	m, err := offline.NewMapping(s)
	if err != nil {
		return nil, err
	}
	l, err := d.locate(ctx, s)
	if err != nil {
		return nil, err
	}
	entries, err := l.entries(ctx)
	if err != nil {
		return nil, err
	}
	h, err := l.files.open(ctx, entries[0].abs)
	if err != nil {
		return nil, err
	}
	defer h.close()
	if err := d.verify(ctx, entries[0], h); err != nil {
		return nil, err
	}
	opt, err := d.readOptions(s)
	if err != nil {
		return nil, err
	}
	opt.Infer = true
	f, err := tablefile.Open(ctx, h, entries[0].format, opt)
	if err != nil {
		return nil, err
	}
	if err := m.Check(f.Names()); err != nil {
		return nil, err
	}
	fields, err := f.Fields()
	if err != nil {
		return nil, err
	}
	return mapFields(fields, entries, m), nil
}

// mapFields gives file columns their names in views and adds the partition columns, which hide those of their name.
func mapFields(fields []value.Field, entries []entry, m *offline.Mapping) []value.Field {
	keys := map[string]bool{}
	for _, p := range entries[0].partitions {
		keys[p.key] = true
	}
	var out []value.Field
	for _, f := range fields {
		if !keys[f.Name] && !offline.Ours(f.Name) {
			out = append(out, value.Field{Name: m.Name(f.Name), Type: f.Type})
		}
	}
	for _, p := range entries[0].partitions {
		out = append(out, value.Field{Name: m.Name(p.key), Type: partitionType(p.key, entries)})
	}
	return out
}

// Open takes a snapshot: it opens every file, notes its version and reads its structure, several files at once.
func (d *Driver) Open(ctx context.Context, s *feature.Source, columns []value.Field, pinned *offline.Manifest) (offline.Snapshot, error) {
	l, err := d.locate(ctx, s)
	if err != nil {
		return nil, err
	}
	entries, err := l.choose(ctx, pinned)
	if err != nil {
		return nil, err
	}
	b := &opening{driver: d, files: l.files, columns: columns}
	if b.mapping, err = offline.NewMapping(s); err != nil {
		return nil, err
	}
	if b.options, err = d.readOptions(s); err != nil {
		return nil, err
	}
	opened := make([]opened, len(entries))
	err = parallel.Each(len(entries), openedAtOnce, func(i int) error {
		var expected *offline.File
		if pinned != nil {
			expected = &pinned.Files[i]
		}
		return b.open(ctx, &opened[i], entries[i], expected)
	})
	snap := &snapshot{}
	for i := range opened {
		snap.add(&opened[i])
	}
	if err != nil {
		snap.Close()
		return nil, err
	}
	return snap, nil
}

// openedAtOnce is how many files are opened at once: opening waits for the medium most of the time.
const openedAtOnce = 16

// readOptions returns how the files of a source are read.
func (d *Driver) readOptions(s *feature.Source) (*tablefile.Options, error) {
	opt, err := offline.FileOptions(s)
	if err == nil {
		opt.PartRows = d.opt.PartRows
	}
	return opt, err
}

// Code classifies errors of the file system.
func (d *Driver) Code(err error) errs.Code { return tablefile.OSCode(err) }

// Close does nothing: files belong to snapshots.
func (d *Driver) Close() error { return nil }

// osError wraps an error of the operating system.
func osError(err error, format string, args ...any) error {
	return tablefile.OSError(err, fmt.Sprintf(format, args...))
}
