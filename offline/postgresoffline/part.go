package postgresoffline

import (
	"context"
	"fmt"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// A cursor gives the rows of one place.
type cursor struct {
	snapshot *snapshot
	place    string
	name     string
	outputs  []output
	options  *tablefile.Options
}

// An output is a column as it was asked for, and where the cursor has it: −1 if it has not, and it reads as null.
type output struct {
	column tablefile.Column
	at     int
	typ    sqlType
}

// A part is a run of rows of a cursor.
type part struct {
	cursor *cursor
	start  int64
	rows   int
}

// Rows implements pit.Part.
func (p *part) Rows() int { return p.rows }

// Location implements offline.Located: the place, and the number of the row in the order in which it was read.
func (p *part) Location() (string, int64) { return p.cursor.place, p.start }

// Read implements pit.Part. It fetches the rows whole and decodes the columns asked for.
func (p *part) Read(ctx context.Context, columns []string, dst []*value.Column) error {
	fill, err := p.cursor.fillers(columns, dst, p.rows)
	if err != nil {
		return err
	}
	s := p.cursor.snapshot
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case s.closed:
		return errs.New(errs.FailedPrecondition, "the snapshot of source %q is closed", s.source.Name)
	}
	conn := s.tx.Conn().PgConn()
	if _, err := conn.Exec(ctx, fmt.Sprintf("MOVE ABSOLUTE %d IN %s", p.start, p.cursor.name)).ReadAll(); err != nil {
		return s.driver.failed(err, s.source)
	}
	result := conn.ExecParams(ctx, fmt.Sprintf("FETCH FORWARD %d FROM %s", p.rows, p.cursor.name), nil, nil, nil, binaryRows)
	i := 0
	var fault error
	for ; result.NextRow() && fault == nil && i < p.rows; i++ {
		fault = p.row(fill, i, result.Values())
	}
	if _, err := result.Close(); err != nil {
		return s.driver.failed(err, s.source)
	}
	if fault == nil && i != p.rows {
		fault = errs.New(errs.Internal, "%s gave %d rows, expected %d", p.cursor.place, i, p.rows)
	}
	return fault
}

// row stores row i of the part.
func (p *part) row(fill []*filler, i int, raw [][]byte) error {
	for _, f := range fill {
		v, err := f.value(raw)
		if err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "%s, row %d, column %q", p.cursor.place, p.start+int64(i)+1, f.column.Name)
		}
		f.dst.Set(i, v)
	}
	return nil
}

// A filler decodes one column.
type filler struct {
	output
	convert *tablefile.Converter
	local   *eventtime.Localizer
	dst     *value.Column
}

func (c *cursor) fillers(columns []string, dst []*value.Column, rows int) ([]*filler, error) {
	out := make([]*filler, 0, len(columns))
	for i, name := range columns {
		for _, o := range c.outputs {
			if o.column.Name == name {
				out = append(out, newFiller(o, c.options, dst[i]))
				break
			}
		}
		if len(out) != i+1 {
			return nil, errs.New(errs.Internal, "column %q was not asked for when the snapshot was opened", name)
		}
		dst[i].Type = out[i].column.Type
		dst[i].Resize(rows)
	}
	return out, nil
}

func newFiller(o output, opt *tablefile.Options, dst *value.Column) *filler {
	return &filler{o, tablefile.NewConverter(opt, o.column), eventtime.NewLocalizer(opt.Location), dst}
}

// value returns the value of the column in a row.
func (f *filler) value(raw [][]byte) (value.Value, error) {
	if f.at < 0 || raw[f.at] == nil {
		return value.Value{}, nil
	}
	v, err := f.typ.read(raw[f.at])
	if err == nil && f.typ.naive {
		var i eventtime.Instant
		i, err = f.local.Instant(v.Instant())
		v = value.OfInstant(i)
	}
	if err != nil {
		return v, err
	}
	return f.convert.Convert(v)
}
