package memoffline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// A Driver holds one history per source name. It implements offline.Driver.
type Driver struct {
	mu       sync.Mutex
	sources  map[string]*history
	versions int64 // of batches, never reused; stands in for a file's time of change
}

var _ offline.Driver = (*Driver)(nil)

// A history is the list of batches of one source, own ones before appended ones.
type history struct {
	chunks   []*chunk
	ids      map[string]bool // of appends
	sequence int64           // of the last append
}

// A chunk is an immutable batch with the identity that manifests use.
type chunk struct {
	file     offline.File
	rows     *value.Batch
	sequence int64 // 0 for the source's own rows
}

// New returns an empty driver.
func New() *Driver { return &Driver{sources: map[string]*history{}} }

// Put makes the batches the whole history of the source called name, as if its files had been replaced. Column names
// are the source's own, before field mapping. The batches are copied.
func (d *Driver) Put(name string, batches ...*value.Batch) {
	d.mu.Lock()
	defer d.mu.Unlock()
	h := &history{ids: map[string]bool{}}
	for i, b := range batches {
		h.chunks = append(h.chunks, d.newChunk(fmt.Sprintf("%s/%06d", name, i), clone(b)))
	}
	d.sources[name] = h
}

// newChunk gives rows an identity. The caller holds the lock.
func (d *Driver) newChunk(path string, rows *value.Batch) *chunk {
	d.versions++
	return &chunk{
		file: offline.File{Path: path, Size: int64(rows.Rows), Modified: eventtime.Instant(d.versions)},
		rows: rows,
	}
}

// Columns returns the columns of the source's first batch, in order.
func (d *Driver) Columns(ctx context.Context, s *feature.Source) ([]value.Field, error) {
	m, err := offline.NewMapping(s)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	h, ok := d.sources[s.Name]
	if !ok || len(h.chunks) == 0 {
		return nil, d.absent(s)
	}
	fields := slices.DeleteFunc(h.chunks[0].rows.Fields(), func(f value.Field) bool { return offline.Ours(f.Name) })
	if err := m.Check(h.chunks[0].rows.Names); err != nil {
		return nil, err
	}
	for i := range fields {
		fields[i].Name = m.Name(fields[i].Name)
	}
	return fields, ctx.Err()
}

func (d *Driver) absent(s *feature.Source) error {
	return errs.New(errs.NotFound, "source %q has no data in memory", s.Name).WithID("T0502").
		WithHint("put batches under the source's name first")
}

// Open copies nothing: chunks are immutable.
func (d *Driver) Open(ctx context.Context, s *feature.Source, columns []value.Field, pinned *offline.Manifest) (offline.Snapshot, error) {
	m, err := offline.NewMapping(s)
	if err != nil {
		return nil, err
	}
	chunks, err := d.choose(s, pinned)
	if err != nil {
		return nil, err
	}
	opt, err := offline.FileOptions(s)
	if err != nil {
		return nil, err
	}
	wanted := make([]tablefile.Column, len(columns))
	for i, c := range columns {
		wanted[i] = tablefile.Column{Name: c.Name, Type: c.Type, Moment: m.Moment(c.Name)}
	}
	snap := &snapshot{}
	for _, c := range chunks {
		p, err := newPart(c, m, opt, wanted)
		if err != nil {
			return nil, err
		}
		snap.parts = append(snap.parts, p)
		snap.manifest.Files = append(snap.manifest.Files, c.file)
		if c.sequence > 0 {
			snap.sequence = offline.SequenceColumn
		}
	}
	return snap, ctx.Err()
}

// choose returns the chunks of a source: all of them, or those that were pinned.
func (d *Driver) choose(s *feature.Source, pinned *offline.Manifest) ([]*chunk, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	h, ok := d.sources[s.Name]
	if pinned == nil {
		if !ok || len(h.chunks) == 0 {
			return nil, d.absent(s)
		}
		return slices.Clone(h.chunks), nil
	}
	var out []*chunk
	for _, f := range pinned.Files {
		i := -1
		if ok {
			i = slices.IndexFunc(h.chunks, func(c *chunk) bool { return c.file == f })
		}
		if i < 0 {
			return nil, errs.New(errs.FailedPrecondition, "%s changed or vanished since the manifest was taken", f.Path).WithID("T0503").
				WithHint("start the run again: it takes a new snapshot")
		}
		out = append(out, h.chunks[i])
	}
	return out, nil
}

// Append adds rows as one chunk with the next sequence.
func (d *Driver) Append(ctx context.Context, s *feature.Source, id string, rows *value.Batch) error {
	m, err := offline.NewAppend(s, id)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	h, ok := d.sources[s.Name]
	if !ok {
		h = &history{ids: map[string]bool{}}
		d.sources[s.Name] = h
	}
	if h.ids[id] {
		return nil
	}
	b := clone(rows)
	for i, n := range b.Names {
		b.Names[i] = m.Column(n)
	}
	h.ids[id] = true
	h.sequence++
	c := d.newChunk(fmt.Sprintf("%s/append-%06d", s.Name, h.sequence), b)
	c.sequence = h.sequence
	h.chunks = append(h.chunks, c)
	return nil
}

// Code classifies errors; this driver has none of its own.
func (d *Driver) Code(err error) errs.Code { return errs.CodeOf(err) }

// Close does nothing.
func (d *Driver) Close() error { return nil }

// clone copies a batch so deep that later changes of b do not show.
func clone(b *value.Batch) *value.Batch {
	out := &value.Batch{Rows: b.Rows}
	for i, n := range b.Names {
		c := value.NewColumn(b.Columns[i].Type, b.Rows)
		for r := range b.Rows {
			c.Append(b.Columns[i].At(r))
		}
		out.Add(strings.Clone(n), c)
	}
	return out
}
