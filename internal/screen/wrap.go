package screen

import (
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"
)

// wrap breaks s into lines of at most width columns: at blanks where it can; a word that is wider than a line breaks
// behind one of "_:/,-", else anywhere.
func wrap(s string, width int) string {
	if text.StringWidthWithoutEscSequences(s) <= width {
		return s
	}
	lines, line := []string{}, ""
	for _, word := range strings.SplitAfter(s, " ") {
		if lineWidth(line+word) > width && line != "" {
			lines, line = append(lines, strings.TrimRight(line, " ")), ""
		}
		if lineWidth(word) <= width {
			line += word
			continue
		}
		for _, token := range tokens(word) {
			if lineWidth(line+token) > width && line != "" {
				lines, line = append(lines, line), ""
			}
			for lineWidth(token) > width {
				cut := byteAt(token, width)
				lines, token = append(lines, token[:cut]), token[cut:]
			}
			line += token
		}
	}
	return strings.Join(append(lines, strings.TrimRight(line, " ")), "\n")
}

func lineWidth(s string) int {
	return text.StringWidthWithoutEscSequences(strings.TrimRight(s, " "))
}

// byteAt returns how many bytes of s, which has no escapes, fit into width columns; at least one character.
func byteAt(s string, width int) int {
	_, at := utf8.DecodeRuneInString(s)
	for at < len(s) {
		_, n := utf8.DecodeRuneInString(s[at:])
		if text.StringWidthWithoutEscSequences(s[:at+n]) > width {
			break
		}
		at += n
	}
	return at
}

// tokens splits s behind every character at which a word that is too wide may be broken.
func tokens(s string) []string {
	out := []string{}
	from := 0
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(" _:/,-", s[i]) >= 0 && !between(s, i) {
			out = append(out, s[from:i+1])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// between reports whether the character at i stands between two digits: dates, times and numbers stay whole.
func between(s string, i int) bool {
	return s[i] != ' ' && i > 0 && i+1 < len(s) && digit(s[i-1]) && digit(s[i+1])
}

func digit(b byte) bool { return '0' <= b && b <= '9' }

// leastWord returns the width of the widest word of s, leastToken that of its widest token.
func leastWord(s string) int { return widestOf(strings.Split(s, " ")) }

func leastToken(s string) int { return widestOf(tokens(s)) }

func widestOf(parts []string) int {
	w := 0
	for _, p := range parts {
		w = max(w, lineWidth(p))
	}
	return w
}
