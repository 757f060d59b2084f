package tablefile

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"strconv"

	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// A csvEncoder writes CSV with commas and \n.
type csvEncoder struct {
	w      *bufio.Writer
	fields []value.Field
	line   []byte
}

func (e *csvEncoder) header() {
	for i, f := range e.fields {
		e.separate(i)
		e.line = appendQuoted(e.line, []byte(f.Name))
	}
	e.end()
}

// separate puts a comma before all fields but the first.
func (e *csvEncoder) separate(i int) {
	if i > 0 {
		e.line = append(e.line, ',')
	}
}

// end writes the line; an error stays in the buffered writer until close.
func (e *csvEncoder) end() {
	e.line = append(e.line, '\n')
	_, _ = e.w.Write(e.line) // sticky: Flush returns it
	e.line = e.line[:0]
}

func (e *csvEncoder) write(b *value.Batch) error {
	var text []byte
	for r := range b.Rows {
		for i, c := range b.Columns {
			e.separate(i)
			if c.Null(r) {
				continue
			}
			text = AppendText(text[:0], c.At(r), c.Type)
			e.line = appendQuoted(e.line, text)
		}
		e.end()
	}
	return nil
}

func (e *csvEncoder) close() error { return e.w.Flush() }

// AppendText appends the text of a value that is not null as it stands in a CSV field, before quoting: what
// jsonvalue.ParseText reads back as the same value of type t.
func AppendText(dst []byte, v value.Value, t value.Type) []byte {
	switch t.Kind {
	case value.String, value.Decimal, value.Json:
		return append(dst, v.Text()...)
	case value.Bytes:
		return base64.StdEncoding.AppendEncode(dst, []byte(v.Text()))
	case value.UnixTimestamp:
		return append(dst, v.Instant().String()...)
	case value.Bool:
		return strconv.AppendBool(dst, v.Bool())
	case value.Float32:
		return appendFloat(dst, v.Float(), 32)
	case value.Float64:
		return appendFloat(dst, v.Float(), 64)
	}
	text := jsonvalue.AppendOwnTyped(dst, v, t)
	if n := len(dst); len(text) > n+1 && text[n] == '"' && !t.Nested() {
		return append(dst, text[n+1:len(text)-1]...) // a date or a uuid: their JSON strings have no escapes
	}
	return text
}

// appendFloat appends the shortest text that reads back as f, which shows that it is a float.
func appendFloat(dst []byte, f float64, bits int) []byte {
	from := len(dst)
	dst = strconv.AppendFloat(dst, f, 'g', -1, bits)
	if bytes.Equal(dst[from:], []byte("+Inf")) {
		return append(dst[:from], "Inf"...)
	}
	if bytes.ContainsAny(dst[from:], ".eIN") {
		return dst
	}
	return append(dst, ".0"...)
}

// appendQuoted appends a CSV field, in quotes where it must be: also when it is empty, which without quotes is null.
func appendQuoted(dst, text []byte) []byte {
	if len(text) > 0 && !bytes.ContainsAny(text, "\",;\n\r\t") && text[0] != ' ' && text[len(text)-1] != ' ' {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	for _, b := range text {
		if b == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, b)
	}
	return append(dst, '"')
}

// A jsonEncoder writes one object a line, every member present.
type jsonEncoder struct {
	w      *bufio.Writer
	fields []value.Field
	line   []byte
}

func (e *jsonEncoder) write(b *value.Batch) error {
	for r := range b.Rows {
		e.line = append(e.line[:0], '{')
		for i, c := range b.Columns {
			if i > 0 {
				e.line = append(e.line, ',')
			}
			e.line = append(jsonvalue.AppendString(e.line, b.Names[i]), ':')
			e.line = jsonvalue.AppendOwnTyped(e.line, c.At(r), c.Type)
		}
		e.line = append(e.line, '}', '\n')
		if _, err := e.w.Write(e.line); err != nil {
			return err
		}
	}
	return nil
}

func (e *jsonEncoder) close() error { return e.w.Flush() }
