package tablefile

import (
	"bytes"
	"errors"

	"github.com/truepoint/truepoint/errs"
)

// A cell is one CSV field as it stands in the file, without the quotes around it.
type cell struct {
	raw     []byte
	quoted  bool
	doubled bool // raw contains doubled quotes
}

// text returns the contents of the field; it may share raw's memory.
func (c *cell) text() []byte {
	if !c.doubled {
		return c.raw
	}
	return bytes.ReplaceAll(c.raw, []byte(`""`), []byte(`"`))
}

// A csvScanner splits records into fields. Its fields are valid until the next record.
type csvScanner struct {
	separator byte
	fields    []cell
}

var (
	errBareQuote  = errors.New(`a quote inside a field that does not begin with one; write the field in quotes and double them`)
	errAfterQuote = errors.New(`text after the closing quote of a field; double quotes inside a field`)
	errOpenQuote  = errors.New(`a quoted field has no closing quote before the end of the file`)
)

// record splits the record at the start of b and returns its length with the line break. final says that the file
// ends with b; otherwise 0 means that the record is not complete. Line breaks are \n and \r\n.
func (s *csvScanner) record(b []byte, final bool) (int, error) {
	s.fields = s.fields[:0]
	at := 0
	for {
		var c cell
		var end int // of the field, quotes included
		var err error
		if at < len(b) && b[at] == '"' {
			c, end, err = quotedCell(b, at, final)
		} else {
			c, end, err = s.plainCell(b, at, final)
		}
		if err != nil || end < 0 {
			return 0, err
		}
		next, more, err := s.after(b, end, final)
		if err != nil || next < 0 {
			return 0, err
		}
		s.fields = append(s.fields, c)
		if !more {
			return next, nil
		}
		at = next
	}
}

// quotedCell reads a field whose opening quote is at b[at]; end is −1 when it is not complete.
func quotedCell(b []byte, at int, final bool) (c cell, end int, err error) {
	c.quoted = true
	for i := at + 1; ; i += 2 {
		q := bytes.IndexByte(b[i:], '"')
		if q < 0 {
			if final {
				return c, 0, errOpenQuote
			}
			return c, -1, nil
		}
		i += q
		if i+1 == len(b) && !final {
			return c, -1, nil
		}
		if i+1 < len(b) && b[i+1] == '"' {
			c.doubled = true
			continue
		}
		c.raw = b[at+1 : i]
		return c, i + 1, nil
	}
}

// plainCell reads a field without quotes; end is −1 when it is not complete.
func (s *csvScanner) plainCell(b []byte, at int, final bool) (c cell, end int, err error) {
	for i := at; i < len(b); i++ {
		switch b[i] {
		case s.separator, '\n':
			end := i
			if b[i] == '\n' && end > at && b[end-1] == '\r' {
				end--
			}
			return cell{raw: b[at:end]}, end, nil
		case '"':
			return cell{}, 0, errBareQuote
		}
	}
	if !final {
		return cell{}, -1, nil
	}
	end = len(b)
	if end > at && b[end-1] == '\r' {
		end--
	}
	return cell{raw: b[at:end]}, end, nil
}

// after consumes what follows a field: a separator (more is true), a line break or the end of the file. next is −1
// when that is not known yet.
func (s *csvScanner) after(b []byte, at int, final bool) (next int, more bool, err error) {
	if at == len(b) {
		if final {
			return at, false, nil
		}
		return -1, false, nil
	}
	switch b[at] {
	case s.separator:
		return at + 1, true, nil
	case '\n':
		return at + 1, false, nil
	case '\r':
		switch {
		case at+1 == len(b) && !final:
			return -1, false, nil
		case at+1 == len(b):
			return at + 1, false, nil
		case b[at+1] == '\n':
			return at + 2, false, nil
		}
	}
	return 0, false, errAfterQuote
}

// ParseSeparator returns the CSV separator that text names: one printable ASCII character that is neither a quote, a
// letter nor a digit, or "tab". Errors: InvalidArgument.
func ParseSeparator(text string) (byte, error) {
	if text == "tab" || text == "\t" || text == `\t` {
		return '\t', nil
	}
	if len(text) == 1 && bytes.IndexByte([]byte(",;|:^~ "), text[0]) >= 0 {
		return text[0], nil
	}
	return 0, errs.New(errs.InvalidArgument, "unknown CSV separator %q, expected one of , ; | : ^ ~, a blank or tab", text).WithID("T0515")
}
