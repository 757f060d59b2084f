package tablefile

import (
	"bytes"
	"context"
	"math/bits"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A textPart is one span of a text file.
type textPart struct {
	file  *File
	span  span
	wants map[string]*textWant
}

// A textWant is a wanted column and its index in the file, −1 for one that the file lacks.
type textWant struct {
	Column
	index int
}

func (f *File) selectText(columns []Column) []Part {
	wants := make(map[string]*textWant, len(columns))
	for _, c := range columns {
		wants[c.Name] = &textWant{Column: c, index: slices.Index(f.names, c.File)}
	}
	parts := make([]Part, len(f.text.spans))
	for i, s := range f.text.spans {
		parts[i] = &textPart{file: f, span: s, wants: wants}
	}
	return parts
}

func (p *textPart) Rows() int { return p.span.rows }

// Read implements Part. Every line is split, those of picked rows are read.
func (p *textPart) Read(ctx context.Context, names []string, picked []uint64, dst []*value.Column) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	r, release, err := p.file.src.Acquire(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if changed := release(); changed != nil {
			err = changed
		}
	}()
	text := make([]byte, p.span.size)
	if err := readFull(r, text, p.span.at); err != nil {
		return errs.Wrap(err, errs.CodeOf(err), "%s", p.file.src.Name())
	}
	fills := make([]*filler, len(names))
	for i, name := range names {
		w, ok := p.wants[name]
		if !ok {
			return errs.New(errs.Internal, "column %q was not asked for when %s was opened", name, p.file.src.Name())
		}
		dst[i].Type = w.Type
		dst[i].Resize(CountPicked(picked, p.span.rows))
		fills[i] = &filler{want: w, dst: dst[i], clock: newClock(&p.file.opt, w.Moment)}
		if w.Type.Kind == value.String {
			fills[i].strings = newArena()
		}
	}
	if p.file.format == CSV {
		return p.readLines(ctx, text, picked, newCSVRow(p.file, fills))
	}
	return p.readLines(ctx, text, picked, newJSONRow(p.file, fills))
}

// A rowReader is a lineFormat that can also fill columns.
type rowReader interface {
	lineFormat
	// fill stores the record that split found as row i; it returns the column that it failed in.
	fill(i int) (column string, err error)
}

func (p *textPart) readLines(ctx context.Context, text []byte, picked []uint64, rows rowReader) error {
	line, i, out := p.span.line, 0, 0
	for len(text) > 0 {
		n, err := rows.split(text, true)
		if err != nil || n == 0 {
			return p.file.atLine(line, err)
		}
		if !rows.blank() {
			if i == p.span.rows {
				break
			}
			if isPicked(picked, i) {
				if column, err := rows.fill(out); err != nil {
					return p.valueError(err, line, i, column)
				}
				out++
			}
			i++
		}
		line += bytes.Count(text[:n], []byte{'\n'})
		text = text[n:]
		if i&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if i != p.span.rows {
		return errs.New(errs.FailedPrecondition, "%s changed since the snapshot was taken", p.file.src.Name()).WithID("T0503")
	}
	return nil
}

// CountPicked returns how many rows Part.Read delivers of a part of so many, given its picked.
func CountPicked(picked []uint64, rows int) int {
	if picked == nil {
		return rows
	}
	n := 0
	for i, w := range picked {
		if rest := rows - i<<6; rest < 64 {
			w &= 1<<max(rest, 0) - 1
		}
		n += bits.OnesCount64(w)
	}
	return n
}

// isPicked reports whether a row is among the picked ones; nil picks all.
func isPicked(picked []uint64, row int) bool {
	return picked == nil || picked[row>>6]&(1<<(row&63)) != 0
}

func (p *textPart) valueError(err error, line, i int, column string) error {
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = errs.InvalidArgument
	}
	out := errs.Wrap(err, code, "row %d, column %q", p.span.row+int64(i)+1, column).
		At(errs.Position{File: p.file.src.Name(), Line: line})
	if e := errs.All(err); len(e) == 1 {
		out.ID = e[0].ID
	}
	return out
}
