package jsonvalue

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// depthMax bounds the nesting of arrays and objects.
const depthMax = 64

// A scanner consumes JSON from the left. It accepts RFC 8259 and nothing else, refuses what encoding/json repairs in
// silence (invalid UTF-8, lone surrogates, repeated names), and is made for texts that a limit has already bounded.
type scanner struct {
	src   []byte
	at    int
	depth int
}

// A syntaxError says what is wrong at which byte.
type syntaxError struct {
	at  int
	why string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("%s at byte %d", e.why, e.at) }

func (s *scanner) fail(why string) error { return &syntaxError{s.at, why} }

// peek skips white space and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.src) {
		switch c := s.src[s.at]; c {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// take consumes the next byte, skipping white space, if it is c.
func (s *scanner) take(c byte) bool {
	if s.peek() != c || s.at == len(s.src) {
		return false
	}
	s.at++
	return true
}

// word consumes text if it is next.
func (s *scanner) word(text string) bool {
	if s.peek(); len(s.src)-s.at < len(text) || string(s.src[s.at:s.at+len(text)]) != text {
		return false
	}
	s.at += len(text)
	return true
}

// number consumes a number and returns its text.
func (s *scanner) number() (string, error) {
	s.peek()
	from := s.at
	s.skipByte('-')
	if s.skipByte('0') == 0 && s.skipDigits() == 0 {
		s.at = from
		return "", s.fail("expected a number")
	}
	if s.skipByte('.') == 1 && s.skipDigits() == 0 {
		return "", s.fail("expected a digit")
	}
	if s.skipByte('e') > 0 || s.skipByte('E') > 0 {
		if s.skipByte('+') == 0 {
			s.skipByte('-')
		}
		if s.skipDigits() == 0 {
			return "", s.fail("expected a digit")
		}
	}
	if s.at < len(s.src) && s.src[s.at] >= '0' && s.src[s.at] <= '9' {
		return "", s.fail("a number has an idle leading zero")
	}
	return string(s.src[from:s.at]), nil
}

func (s *scanner) skipByte(c byte) int {
	if s.at < len(s.src) && s.src[s.at] == c {
		s.at++
		return 1
	}
	return 0
}

func (s *scanner) skipDigits() int {
	from := s.at
	for s.at < len(s.src) && s.src[s.at] >= '0' && s.src[s.at] <= '9' {
		s.at++
	}
	return s.at - from
}

// string consumes a string and returns its contents.
func (s *scanner) string() (string, error) {
	if !s.take('"') {
		return "", s.fail("expected a string")
	}
	from := s.at
	for s.at < len(s.src) {
		switch c := s.src[s.at]; {
		case c == '"':
			s.at++
			return s.checked(s.src[from : s.at-1])
		case c == '\\':
			return s.escaped(from)
		case c < ' ':
			return "", s.fail("a control character in a string")
		}
		s.at++
	}
	return "", s.fail("a string without end")
}

func (s *scanner) checked(b []byte) (string, error) {
	if !utf8.Valid(b) {
		return "", s.fail("a string that is not valid UTF-8 ends")
	}
	return string(b), nil
}

// escaped consumes the rest of a string that began at from, from its first escape on.
func (s *scanner) escaped(from int) (string, error) {
	out := append([]byte(nil), s.src[from:s.at]...)
	for s.at < len(s.src) {
		c := s.src[s.at]
		s.at++
		switch {
		case c == '"':
			return s.checked(out)
		case c < ' ':
			return "", s.fail("a control character in a string")
		case c != '\\':
			out = append(out, c)
		default:
			r, ok := s.escape()
			if !ok {
				return "", s.fail("a wrong escape in a string")
			}
			out = utf8.AppendRune(out, r)
		}
	}
	return "", s.fail("a string without end")
}

// escape consumes what follows a backslash. A lone surrogate is not ok.
func (s *scanner) escape() (rune, bool) {
	if s.at == len(s.src) {
		return 0, false
	}
	c := s.src[s.at]
	s.at++
	switch c {
	case '"', '\\', '/':
		return rune(c), true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'u':
		r, ok := s.hex4()
		if !ok || !utf16.IsSurrogate(r) {
			return r, ok
		}
		if s.skipByte('\\') == 0 || s.skipByte('u') == 0 {
			return 0, false
		}
		low, ok := s.hex4()
		pair := utf16.DecodeRune(r, low)
		return pair, ok && pair != utf8.RuneError
	}
	return 0, false
}

func (s *scanner) hex4() (rune, bool) {
	if len(s.src)-s.at < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s.src[s.at:s.at+4]), 16, 16)
	s.at += 4
	return rune(n), err == nil
}

// array consumes an array; item consumes one element.
func (s *scanner) array(item func() error) error {
	if !s.take('[') {
		return s.fail("expected an array")
	}
	return s.items(']', item)
}

// object consumes an object; item consumes the value of one name. A repeated name is an error.
func (s *scanner) object(item func(name string) error) error {
	if !s.take('{') {
		return s.fail("expected an object")
	}
	seen := map[string]struct{}{}
	return s.items('}', func() error {
		name, err := s.string()
		if err != nil {
			return err
		}
		if _, twice := seen[name]; twice {
			return s.fail("the name " + strconv.Quote(clip(name)) + " is repeated")
		}
		seen[name] = struct{}{}
		if !s.take(':') {
			return s.fail("expected a colon")
		}
		return item(name)
	})
}

// items consumes what follows an opening bracket, through the closing one.
func (s *scanner) items(closing byte, item func() error) error {
	if s.depth++; s.depth > depthMax {
		return s.fail("nested too deeply")
	}
	defer func() { s.depth-- }()
	if s.take(closing) {
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if s.take(closing) {
			return nil
		}
		if !s.take(',') {
			return s.fail("expected a comma or a closing bracket")
		}
	}
}

// skip consumes one value of any type.
func (s *scanner) skip() error {
	switch s.peek() {
	case '"':
		_, err := s.string()
		return err
	case '[':
		return s.array(s.skip)
	case '{':
		return s.object(func(string) error { return s.skip() })
	case 't', 'f', 'n':
		if s.word("true") || s.word("false") || s.word("null") {
			return nil
		}
		return s.fail("expected a value")
	}
	_, err := s.number()
	return err
}

// done returns an error unless only white space is left.
func (s *scanner) done() error {
	if s.peek(); s.at < len(s.src) {
		return s.fail("text after the value")
	}
	return nil
}
