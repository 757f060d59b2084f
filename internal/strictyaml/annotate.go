package strictyaml

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
)

// Sources holds the text of the files that faults point into, by the name that positions use.
type Sources map[string][]byte

// excerptMax bounds an excerpt in characters.
const excerptMax = 200

// Annotate gives every fault without an excerpt the line at its position and the width of what stands there: quoted
// text, or a run of characters up to white space or punctuation. mask may hide parts of the line, keeping its length
// in characters; nil hides nothing.
func (s Sources) Annotate(faults []*errs.Error, mask func(line string) string) {
	split := map[string][][]byte{}
	for _, e := range faults {
		src, known := s[e.Pos.File]
		if e.Excerpt != "" || !known || e.Pos.Line < 1 {
			continue
		}
		lines, done := split[e.Pos.File]
		if !done {
			lines = bytes.Split(bytes.TrimPrefix(src, []byte{0xEF, 0xBB, 0xBF}), []byte("\n"))
			split[e.Pos.File] = lines
		}
		if e.Pos.Line > len(lines) {
			continue
		}
		line := printable(lines[e.Pos.Line-1])
		if line == "" {
			continue
		}
		if e.Width == 0 {
			e.Width = width(line, e.Pos.Column)
		}
		if mask != nil {
			line = mask(line)
		}
		if utf8.RuneCountInString(line) > excerptMax {
			line = string([]rune(line)[:excerptMax])
		}
		e.Excerpt = line
		e.Width = max(1, min(e.Width, excerptMax-e.Pos.Column+1))
	}
}

// printable returns a line as a terminal can show it, characters in their columns: control characters and bytes that are
// no UTF-8 become "?", a tab a blank. A line with NUL bytes is none of text and gives "".
func printable(line []byte) string {
	if bytes.IndexByte(line, 0) >= 0 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r):
			return '?'
		}
		return r
	}, strings.ToValidUTF8(strings.TrimRight(string(line), "\r"), "?"))
}

// width returns how many characters of line, from column on, belong to one value or key.
func width(line string, column int) int {
	runes := []rune(line)
	if column < 1 || column > len(runes) {
		return 1
	}
	rest := runes[column-1:]
	if quote := rest[0]; quote == '"' || quote == '\'' {
		for i, c := range rest[1:] {
			if c == quote {
				return i + 2
			}
		}
		return len(rest)
	}
	n := 0
	for n < len(rest) && !strings.ContainsRune(" ,:[]{}()=\"'#", rest[n]) {
		n++
	}
	return max(1, n)
}
