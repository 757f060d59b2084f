package tablefile

import (
	"bytes"
	"context"
	"io"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A textFile is what one run over a text file found out.
type textFile struct {
	spans   []span
	guesses []guess // per column, with Options.Infer
}

// A span is a run of whole records: one part.
type span struct {
	at, size int64
	rows     int
	row      int64 // rows of the file before it
	line     int   // of its first record, from 1
}

// A lineFormat is one of the text formats, while a file is indexed or a span is read.
type lineFormat interface {
	// split consumes the record at the start of b and returns its length, 0 when it is not complete.
	split(b []byte, final bool) (int, error)
	// blank reports whether the record that split found is no row.
	blank() bool
	// observe checks the record that split found and takes note of its columns.
	observe(f *File) error
}

// columnsMax bounds the columns of a text file.
const columnsMax = 1_000_000

// openText runs over the whole file.
func (f *File) openText(ctx context.Context, r io.ReaderAt) error {
	f.text = &textFile{}
	w := &window{r: r, size: f.src.Size(), step: windowStep(r)}
	if w.size > 0 {
		if err := w.grow(); err != nil {
			return f.atLine(1, err)
		}
	}
	b, _ := w.rest()
	switch {
	case bytes.HasPrefix(b, []byte("\xEF\xBB\xBF")):
		w.start = 3
	case bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return f.atLine(1, errs.New(errs.InvalidArgument, "the text is UTF-16, expected UTF-8").WithID("T0517"))
	}
	ix := &indexer{file: f, window: w, line: 1}
	if f.format == CSV {
		c := &csvLines{scan: csvScanner{separator: f.opt.Separator}}
		if err := ix.header(c); err != nil {
			return err
		}
		return ix.run(ctx, c)
	}
	return ix.run(ctx, &jsonLines{columns: map[string]int{}})
}

// An indexer finds the spans of a file.
type indexer struct {
	file   *File
	window *window
	line   int
	row    int64
	open   span // the span in the making; rows 0 when there is none
}

// next returns the length of the next record, 0 at the end of the file.
func (x *indexer) next(l lineFormat) (int, error) {
	for {
		b, final := x.window.rest()
		if final && len(b) == 0 {
			return 0, nil
		}
		n, err := l.split(b, final)
		if err != nil {
			return 0, x.file.atLine(x.line, err)
		}
		if n > 0 {
			return n, nil
		}
		if final {
			return 0, x.file.atLine(x.line, errs.New(errs.InvalidArgument, "the last record is not complete"))
		}
		if err := x.window.grow(); err != nil {
			return 0, x.file.atLine(x.line, err)
		}
	}
}

// skip consumes n bytes.
func (x *indexer) skip(n int) {
	b, _ := x.window.rest()
	x.line += bytes.Count(b[:n], []byte{'\n'})
	x.window.start += n
}

func (x *indexer) run(ctx context.Context, l lineFormat) error {
	for {
		n, err := x.next(l)
		if err != nil {
			return err
		}
		if n == 0 {
			x.finish()
			return nil
		}
		if !l.blank() {
			if err := l.observe(x.file); err != nil {
				return x.file.atLine(x.line, err)
			}
			x.count()
		}
		if x.open.rows > 0 {
			x.open.size += int64(n)
		}
		x.skip(n)
		if x.open.rows >= x.file.opt.PartRows || x.open.size >= spanMax {
			x.finish()
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
}

// count adds the record at the window's position to the open span.
func (x *indexer) count() {
	if x.open.rows == 0 {
		x.open = span{at: x.window.position(), row: x.row, line: x.line}
	}
	x.open.rows++
	x.row++
}

func (x *indexer) finish() {
	if x.open.rows > 0 {
		x.file.text.spans = append(x.file.text.spans, x.open)
	}
	x.open = span{}
}

// header reads the first record of a CSV file as the names of its columns.
func (x *indexer) header(c *csvLines) error {
	n, err := x.next(c)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.InvalidArgument, "%s is empty, not even a header line", x.file.src.Name()).WithID("T0514").
			WithHint("write the file again, or delete it")
	}
	if len(c.scan.fields) > columnsMax {
		return x.file.atLine(x.line, errs.New(errs.ResourceExhausted, "the header has more than %d columns", columnsMax).WithID("T0516"))
	}
	for i := range c.scan.fields {
		x.file.names = append(x.file.names, string(c.scan.fields[i].text()))
	}
	c.columns = len(x.file.names)
	x.file.text.guesses = make([]guess, c.columns)
	x.skip(n)
	return nil
}

// atLine adds file and line to an error.
func (f *File) atLine(line int, err error) error {
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = errs.InvalidArgument
	}
	out := errs.Wrap(err, code, "it is not valid %s", f.format).WithID("T0517").At(errs.Position{File: f.src.Name(), Line: line})
	if e := errs.All(err); len(e) == 1 && e[0].ID != "" {
		out.ID = e[0].ID
	}
	return out
}

// fields returns the inferred types.
func (t *textFile) fields(names []string) []value.Field {
	out := make([]value.Field, len(names))
	for i, n := range names {
		out[i] = value.Field{Name: n, Type: t.guesses[i].result()}
	}
	return out
}
