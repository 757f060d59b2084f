package sqlgen

import "strings"

// A tokenKind says how a token was written.
type tokenKind uint8

const (
	endToken    tokenKind = iota
	wordToken             // a bare word, in lower case
	nameToken             // a quoted identifier, in lower case without its quotes
	stringToken           // a string
	otherToken            // a number or a sign
)

// A token is a piece of a query.
type token struct {
	kind tokenKind
	text string
	at   int
}

// A lexer cuts a query into tokens, as PostgreSQL and DuckDB do. Comments are skipped; those of PostgreSQL nest, and
// what would read differently without nesting is refused.
type lexer struct {
	text string
	at   int
}

func (l *lexer) rest() string { return l.text[l.at:] }

func (l *lexer) next() (token, error) {
	if err := l.skip(); err != nil {
		return token{}, err
	}
	if l.at >= len(l.text) {
		return token{kind: endToken}, nil
	}
	start, c := l.at, l.text[l.at]
	switch {
	case c == '\'':
		return token{kind: stringToken, at: start}, l.quoted('\'', false)
	case c == '"' || c == '`':
		err := l.quoted(c, false)
		return token{nameToken, strings.ToLower(strings.Trim(l.text[start:l.at], string(c))), start}, err
	case c == '$':
		return l.dollar()
	case wordByte(c):
		return l.word()
	}
	l.at++
	return token{otherToken, string(c), start}, nil
}

// skip passes white space and comments.
func (l *lexer) skip() error {
	for l.at < len(l.text) {
		switch rest := l.rest(); {
		case strings.HasPrefix(rest, "--"):
			end := strings.IndexAny(rest, "\r\n")
			if end < 0 {
				end = len(rest)
			}
			l.at += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 || strings.Contains(rest[2:2+end], "/*") {
				return refused("a comment does not close, or holds another one")
			}
			l.at += end + 4
		case strings.IndexByte(" \t\r\n\f\v", rest[0]) >= 0:
			l.at++
		default:
			return nil
		}
	}
	return nil
}

// quoted passes a string or identifier from its opening mark on; a doubled mark stands for itself.
func (l *lexer) quoted(mark byte, escapes bool) error {
	for i := l.at + 1; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == '\\' && escapes:
			i++
		case c == '\\' && i+1 < len(l.text) && l.text[i+1] == mark:
			return refused("engines disagree on a backslash before a quotation mark")
		case c != mark:
		case i+1 < len(l.text) && l.text[i+1] == mark:
			i++
		default:
			l.at = i + 1
			return nil
		}
	}
	return refused("a quotation mark does not close")
}

// dollar passes $1, or a string between two equal marks such as $$ or $body$.
func (l *lexer) dollar() (token, error) {
	start := l.at
	end := strings.IndexByte(l.text[start+1:], '$')
	tag := ""
	if end >= 0 {
		tag = l.text[start : start+end+2]
	}
	for i := 1; i < len(tag)-1; i++ {
		if !wordByte(tag[i]) || i == 1 && digit(tag[i]) {
			tag = ""
		}
	}
	if tag == "" {
		l.at++
		return token{otherToken, "$", start}, nil
	}
	body := l.text[start+len(tag):]
	close := strings.Index(body, tag)
	if close < 0 {
		return token{}, refused("a string between dollar marks does not close")
	}
	l.at = start + len(tag) + close + len(tag)
	return token{kind: stringToken, at: start}, nil
}

// word passes a bare word or a number, and what is quoted right after E, B, X, N or U&.
func (l *lexer) word() (token, error) {
	start := l.at
	for l.at < len(l.text) && (wordByte(l.text[l.at]) || l.text[l.at] == '$') {
		l.at++
	}
	text := strings.ToLower(l.text[start:l.at])
	if text == "u" && strings.HasPrefix(l.rest(), "&") {
		return token{}, refused("names and strings with U& are not read here")
	}
	if l.at < len(l.text) && l.text[l.at] == '\'' {
		return token{kind: stringToken, at: start}, l.quoted('\'', text == "e")
	}
	if digit(text[0]) {
		return token{otherToken, text, start}, nil
	}
	return token{wordToken, text, start}, nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func wordByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || digit(c) || c >= 0x80
}
