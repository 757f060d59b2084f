package memoffline

import (
	"context"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// A snapshot is the list of parts that Open chose.
type snapshot struct {
	parts    []pit.Part
	manifest offline.Manifest
	sequence string
}

func (s *snapshot) Parts() []pit.Part          { return s.parts }
func (s *snapshot) Manifest() offline.Manifest { return s.manifest }
func (s *snapshot) Sequence() string           { return s.sequence }
func (s *snapshot) Close() error               { return nil }

// A part is one chunk with the columns asked for; those that an append did not carry are nil and read as null.
type part struct {
	chunk   *chunk
	options *tablefile.Options
	columns []tablefile.Column
	from    []*value.Column
}

func newPart(c *chunk, m *offline.Mapping, opt *tablefile.Options, columns []tablefile.Column) (*part, error) {
	if err := m.Check(c.rows.Names); err != nil {
		return nil, err
	}
	p := &part{chunk: c, options: opt, columns: columns}
	for _, f := range columns {
		col := c.rows.Column(m.Column(f.Name))
		if col == nil && c.sequence == 0 && !offline.Ours(f.Name) {
			return nil, errs.New(errs.InvalidArgument, "%s has no column %q; it has %s", c.file.Path, m.Column(f.Name),
				strings.Join(c.rows.Names, ", ")).WithID("T0505").WithHint("correct the definition, or add the column to the data")
		}
		p.from = append(p.from, col)
	}
	return p, nil
}

// Rows returns the number of rows of the chunk.
func (p *part) Rows() int { return p.chunk.rows.Rows }

// Read converts the columns to the types that Open was asked for.
func (p *part) Read(ctx context.Context, columns []string, dst []*value.Column) error {
	for i, name := range columns {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.read(name, dst[i]); err != nil {
			return err
		}
	}
	return nil
}

func (p *part) read(name string, dst *value.Column) error {
	if name == offline.SequenceColumn {
		dst.Type = value.Scalar(value.Int64)
		dst.Resize(p.Rows())
		for r := range p.Rows() {
			if p.chunk.sequence == 0 {
				dst.SetNull(r)
				continue
			}
			dst.Ints[r] = p.chunk.sequence
		}
		return nil
	}
	for i, f := range p.columns {
		if f.Name == name {
			return p.convert(p.from[i], f, dst)
		}
	}
	return errs.New(errs.Internal, "column %q was not asked for when the snapshot was opened", name)
}

func (p *part) convert(from *value.Column, f tablefile.Column, dst *value.Column) error {
	converter := tablefile.NewConverter(p.options, f)
	dst.Type = f.Type
	dst.Resize(p.Rows())
	for r := range p.Rows() {
		if from == nil {
			dst.SetNull(r)
			continue
		}
		v, err := converter.Convert(from.At(r))
		if err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "%s, row %d, column %q", p.chunk.file.Path, r+1, f.Name)
		}
		dst.Set(r, v)
	}
	return nil
}
