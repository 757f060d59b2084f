package expr

import "strings"

// A respelling makes a text acceptable to CEL's parser without moving anything. CEL begins a comment with // and
// reserves the word if; here a // b floors a division and if(c, a, b) chooses. Outside of texts, // becomes a division
// and if a name, and their places are remembered. Expressions have no comments.
type respelling struct {
	runes  []rune
	floors map[int]bool // offsets of / that were //
	ifs    map[int]bool // offsets of ( that follow an if
}

// respelledIf is the name that stands for if until the tree is built.
const respelledIf = "If"

func respell(source string) *respelling {
	r := &respelling{runes: []rune(source), floors: map[int]bool{}, ifs: map[int]bool{}}
	for i := 0; i < len(r.runes); {
		switch c := r.runes[i]; {
		case c == '"' || c == '\'':
			i = r.skipText(i, false)
		case c == '`':
			i = r.skipTo(i+1, '`')
		case c == '/' && i+1 < len(r.runes) && r.runes[i+1] == '/':
			r.runes[i+1] = ' '
			r.floors[i] = true
			i += 2
		case letter(c):
			i = r.word(i)
		default:
			i++
		}
	}
	return r
}

func letter(c rune) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func identifier(c rune) bool { return letter(c) || c >= '0' && c <= '9' }

// word passes over an identifier and, if it is the prefix of a text, over that text.
func (r *respelling) word(start int) int {
	end := start
	for end < len(r.runes) && identifier(r.runes[end]) {
		end++
	}
	w := string(r.runes[start:end])
	if end < len(r.runes) && (r.runes[end] == '"' || r.runes[end] == '\'') {
		switch lower := strings.ToLower(w); lower {
		case "r", "b", "rb", "br":
			return r.skipText(end, strings.Contains(lower, "r"))
		}
	}
	if w != "if" || start > 0 && r.runes[start-1] == '.' {
		return end
	}
	open := end
	for open < len(r.runes) && strings.ContainsRune(" \t\r\n\f", r.runes[open]) {
		open++
	}
	if open < len(r.runes) && r.runes[open] == '(' {
		copy(r.runes[start:end], []rune(respelledIf))
		r.ifs[open] = true
	}
	return end
}

// skipText returns the offset behind the text that begins with the quote at start.
func (r *respelling) skipText(start int, raw bool) int {
	quote, size := r.runes[start], 1
	if start+2 < len(r.runes) && r.runes[start+1] == quote && r.runes[start+2] == quote {
		size = 3
	}
	for i := start + size; i < len(r.runes); i++ {
		switch {
		case r.runes[i] == '\\' && !raw:
			i++
		case r.closes(i, quote, size):
			return i + size
		}
	}
	return len(r.runes)
}

func (r *respelling) closes(i int, quote rune, size int) bool {
	if i+size > len(r.runes) {
		return false
	}
	for _, c := range r.runes[i : i+size] {
		if c != quote {
			return false
		}
	}
	return true
}

func (r *respelling) skipTo(i int, end rune) int {
	for i < len(r.runes) && r.runes[i] != end {
		i++
	}
	return i + 1
}
