package tablefile

import (
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// csvLines is the lineFormat of CSV.
type csvLines struct {
	scan    csvScanner
	columns int // of the header; 0 while it is read
}

func (c *csvLines) split(b []byte, final bool) (int, error) { return c.scan.record(b, final) }

// blank reports an empty line. In a file with a single column it is a row whose value is null.
func (c *csvLines) blank() bool {
	f := c.scan.fields
	return c.columns > 1 && len(f) == 1 && len(f[0].raw) == 0 && !f[0].quoted
}

func (c *csvLines) observe(f *File) error {
	if len(c.scan.fields) != len(f.names) {
		return errs.New(errs.InvalidArgument, "the record has %d fields, the header %d", len(c.scan.fields), len(f.names)).WithID("T0518").
			WithHint("put a field that contains the separator or a line break in quotes")
	}
	if f.opt.Infer {
		for i := range c.scan.fields {
			f.text.guesses[i].cell(&c.scan.fields[i])
		}
	}
	return nil
}

// A csvRow fills columns from records.
type csvRow struct {
	csvLines
	fills []*filler
}

func newCSVRow(f *File, fills []*filler) *csvRow {
	r := &csvRow{fills: fills}
	r.scan.separator = f.opt.Separator
	r.columns = len(f.names)
	return r
}

func (r *csvRow) fill(i int) (string, error) {
	for _, f := range r.fills {
		if f.want.index < 0 {
			f.dst.SetNull(i)
			continue
		}
		c := &r.scan.fields[f.want.index]
		if err := f.text(i, c.text(), c.quoted); err != nil {
			return f.want.File, err
		}
	}
	return "", nil
}

// A filler stores the values of one column of a text file.
type filler struct {
	want    *textWant
	dst     *value.Column
	clock   *clock
	strings *arena // of a String column
	rows    int    // up to the last one that was stored from JSON
}

// text stores plain text as row i. Empty text is null, except that quoted it is the empty String or Bytes.
func (f *filler) text(i int, b []byte, quoted bool) error {
	kind := f.want.Type.Kind
	if len(b) == 0 && !(quoted && (kind == value.String || kind == value.Bytes)) {
		f.dst.SetNull(i)
		return nil
	}
	switch kind {
	case value.String:
		s, known := f.strings.intern(b)
		if !known && !utf8.ValidString(s) {
			return errs.New(errs.InvalidArgument, "the text is not valid UTF-8").WithID("T0115")
		}
		f.dst.Texts[i] = s
		return nil
	case value.UnixTimestamp:
		at, err := f.clock.text(string(b))
		f.dst.Ints[i] = int64(at)
		return err
	}
	v, err := jsonvalue.ParseText(string(b), f.want.Type)
	if err == nil {
		f.dst.Set(i, v)
	}
	return err
}

// json stores the JSON text of one value as row i.
func (f *filler) json(i int, raw []byte) error {
	if string(raw) == "null" {
		f.dst.SetNull(i)
		return nil
	}
	if f.want.Type.Kind != value.UnixTimestamp {
		v, err := jsonvalue.Parse(raw, f.want.Type)
		if err != nil && f.want.Type.Kind == value.Json && raw[0] == '"' {
			v, err = value.OfText(value.Json, string(raw)), nil // a string that holds no JSON stands for itself
		}
		if err == nil {
			f.dst.Set(i, v)
		}
		return err
	}
	at, err := f.jsonTime(raw)
	f.dst.Ints[i] = int64(at)
	return err
}

// jsonTime reads a string as text and a whole number as a count of the declared unit.
func (f *filler) jsonTime(raw []byte) (eventtime.Instant, error) {
	if raw[0] == '"' {
		v, err := jsonvalue.Parse(raw, value.Scalar(value.String))
		if err != nil {
			return 0, err
		}
		return f.clock.text(v.Text())
	}
	v, err := jsonvalue.Parse(raw, value.Scalar(value.Int64))
	if err != nil {
		return 0, err
	}
	return f.clock.number(v.Int())
}

// Text returns the value of type t that plain text stands for by these options, such as the name of a partition
// directory. Errors: those of jsonvalue.ParseText, and of the time forms.
func (o *Options) Text(text string, t value.Type) (value.Value, error) {
	if t.Kind == value.UnixTimestamp {
		i, err := newClock(o, false).text(text)
		return value.OfInstant(i), err
	}
	return jsonvalue.ParseText(text, t)
}
