package tablefile

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A Source gives access to the bytes of one version of one file.
type Source interface {
	// Name is what messages call the file.
	Name() string
	// Size is the number of bytes of the version.
	Size() int64
	// Acquire returns the bytes, which can be read as long as ctx lives, and a function that must be called once when
	// they are no longer used. That function returns an error if the bytes may not have been those of the version all
	// the while.
	Acquire(ctx context.Context) (io.ReaderAt, func() error, error)
}

// Options says how to read a file. The zero value of every member means its default.
type Options struct {
	Location  *time.Location // of times without a zone; default UTC
	Unit      eventtime.Unit // of numbers that are read as UnixTimestamp; without one they are an error
	Separator byte           // of CSV fields; default ','
	PartRows  int            // rows of a part of a text file; default 65536, at most 16 MiB of text
	Infer     bool           // find out column types of text files: Fields needs it
}

// A Column is one column that a reader wants.
type Column struct {
	Name string     // what the reader calls it
	File string     // its name in the file
	Type value.Type // the type to convert to
	// Moment marks event and created times: numbers without a unit in the file must lie between 1970 and 2100.
	Moment bool
	// Optional columns are null throughout where the file lacks them.
	Optional bool
}

// A Part is a run of rows of a file that is decoded together.
type Part interface {
	// Rows returns the number of rows.
	Rows() int
	// Read decodes the columns called names into dst[i] for names[i], whose storage is reused: of rows with a bit in
	// picked, of which bit i&63 of word i>>6 stands for row i, and in their order. Nil picks all rows. Strings share no
	// memory with other rows. Errors carry file, row (counted from 1 in the file) and column.
	// Safe for concurrent use.
	Read(ctx context.Context, names []string, picked []uint64, dst []*value.Column) error
}

// A File is an open table. It is safe for concurrent use.
type File struct {
	src     Source
	opt     Options
	format  Format
	names   []string // columns in file order
	parquet *parquetFile
	text    *textFile
}

// Open reads the structure of a file: the footer of Parquet, every line of text.
//
// Errors: InvalidArgument for a file that is not a table of its format (with the line, for text), DataLoss for a
// damaged one, and what the source returns; all name the file.
func Open(ctx context.Context, src Source, format Format, opt *Options) (f *File, err error) {
	f = &File{src: src, format: format}
	if opt != nil {
		f.opt = *opt
	}
	if f.opt.Separator == 0 {
		f.opt.Separator = ','
	}
	if f.opt.PartRows <= 0 {
		f.opt.PartRows = 1 << 16
	}
	if format == Arrow {
		return nil, errs.New(errs.Unimplemented, "%s is an Arrow file, which can be written but not read", src.Name()).WithID("T0528").
			WithHint("convert it to Parquet")
	}
	r, release, err := src.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if changed := release(); changed != nil {
			f, err = nil, changed
		}
	}()
	defer recoverInto(&err, src.Name(), "reading its structure")
	if format == Parquet {
		err = f.openParquet(ctx, r)
	} else {
		err = f.openText(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	return f, checkNames(src.Name(), f.names)
}

// recoverInto turns a panic of a decoder on damaged input into a DataLoss error.
func recoverInto(err *error, file, doing string) {
	if p := recover(); p != nil {
		cause := fmt.Errorf("%v", p)
		if strings.HasPrefix(cause.Error(), "runtime error") {
			cause = fmt.Errorf("%w at %s", cause, frame(debug.Stack()))
		}
		*err = errs.Wrap(cause, errs.DataLoss, "%s is damaged: %s failed", file, doing).WithID("T0512").
			WithHint("restore the file from where it came")
	}
}

// frame returns the function that panicked, for reports of faults in a decoder.
func frame(stack []byte) string {
	lines := strings.Split(string(stack), "\n")
	at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "panic(") })
	for at >= 0 && at+2 < len(lines) {
		at += 2
		if !strings.HasPrefix(lines[at], "runtime.") && !strings.HasPrefix(lines[at], "panic(") {
			name, _, _ := strings.Cut(lines[at], "(")
			return name
		}
	}
	return "an unknown place"
}

// checkNames refuses names that differ in nothing or in case only: engines that fold case would mix them up. The empty
// name, which some writers give an index column, may occur once.
func checkNames(file string, names []string) error {
	seen := make(map[string]string, len(names))
	for _, n := range names {
		fold := strings.ToLower(n)
		other, dup := seen[fold]
		if !dup {
			seen[fold] = n
			continue
		}
		if other == n {
			return errs.New(errs.InvalidArgument, "%s has two columns called %q", file, n).WithID("T0513").
				WithHint("rename one of them")
		}
		return errs.New(errs.InvalidArgument, "%s has columns %q and %q, whose names differ in case only", file, other, n).
			WithID("T0513").WithHint("rename one of them")
	}
	return nil
}

// Names returns the names of the columns in file order. The caller must not change them.
func (f *File) Names() []string { return f.names }

// Fields returns the columns with the closest types of ours. Columns of Parquet whose type has no counterpart are
// left out. For text, the types are inferred from all rows, which Options.Infer must have asked for:
// Bool (true, false), Int64 (without leading zeros, in range), Float64, UnixTimestamp (RFC 3339 with a zone, CSV
// only), String; for JSON also Array of those, and Json for anything else. A column without any value is String.
func (f *File) Fields() ([]value.Field, error) {
	if f.format == Parquet {
		return f.parquet.fields(), nil
	}
	if !f.opt.Infer {
		return nil, errs.New(errs.Internal, "%s was opened without type inference", f.src.Name())
	}
	return f.text.fields(f.names), nil
}

// Select returns the parts of the file in order, for the wanted columns. Errors: InvalidArgument for a column that
// the file lacks, naming those that it has, or whose type cannot become the one wanted.
func (f *File) Select(columns []Column) ([]Part, error) {
	for _, c := range columns {
		if !c.Optional && !slices.Contains(f.names, c.File) && !f.empty() {
			return nil, f.missing(c)
		}
	}
	if f.format == Parquet {
		return f.selectParquet(columns)
	}
	return f.selectText(columns), nil
}

// empty reports whether the file is JSON lines without any line, which says nothing about its columns.
func (f *File) empty() bool { return f.format == JSONLines && len(f.text.spans) == 0 }

func (f *File) missing(c Column) error {
	has := strings.Join(f.names, ", ")
	if len(has) > 1000 {
		has = has[:1000] + " …"
	}
	e := errs.New(errs.InvalidArgument, "%s has no column %q; it has %s", f.src.Name(), c.File, has).WithID("T0505").
		WithHint("correct the definition, or add the column to every file")
	for _, n := range f.names {
		if strings.EqualFold(n, c.File) {
			return e.WithHint("did you mean %q", n)
		}
	}
	if f.format == CSV && len(f.names) == 1 {
		for _, sep := range []string{";", "\t", "|"} {
			if strings.Contains(f.names[0], sep) {
				return e.WithHint("the fields seem to be separated by %q: say so with the separator option", sep)
			}
		}
	}
	return e
}

// rowError adds the place to an error about one value. Row counts from 1 in the file.
func rowError(err error, file string, row int64, column string) error {
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = errs.InvalidArgument
	}
	out := errs.Wrap(err, code, "%s, row %d, column %q", file, row, column)
	for _, e := range errs.All(err) {
		out.ID = e.ID
	}
	return out
}
