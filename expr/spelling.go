package expr

import "strings"

// spellings are words and signs of SQL and Python, with what is written here.
var spellings = map[string]string{
	"=": "equality is ==", "<>": "inequality is !=", "and": "write &&", "or": "write ||", "not": "write !", "&": "write &&", "|": "write ||",
	"is": "write is_null(x) or !is_null(x)", "like": "use contains, starts_with, ends_with or matches", "case": "write if(c, a, b) or c ? a : b",
	"when": "write if(c, a, b) or c ? a : b", "between": "write x >= a && x <= b", "**": "use pow(x, y)", "^": "use pow(x, y)",
	"true": "write true", "false": "write false", "none": "write null", "null": "write null", "nan": "use is_nan", "#": "expressions have no comments",
	"“": "texts stand in ' or \"", "”": "texts stand in ' or \"", "in (": "lists stand in [ and ]",
}

// spelling returns a hint for a syntax error or an unknown name at a place of the text, "" if there is none: what
// stands there, or directly before it, may be the word or sign of another language.
func (s *source) spelling(at int) string {
	runes := []rune(s.text)
	if at = min(at, len(runes)); at < 0 {
		return ""
	}
	tail := strings.TrimRight(string(runes[:at]), " \t\n")
	before := []rune(tail)
	here := token(runes[at:])
	if len(before) > 0 && at == len(before) { // two signs in one piece, such as <>
		if hint := spellings[string(before[len(before)-1])+here]; hint != "" {
			return hint
		}
	}
	if hint := spellings[strings.ToLower(here)]; hint != "" {
		return hint
	}
	if i := strings.LastIndexByte(tail, '('); i >= 0 && strings.HasSuffix(strings.TrimRight(tail[:i], " "), " in") {
		return spellings["in ("]
	}
	start := len(before)
	for start > 0 && identifier(before[start-1]) {
		start--
	}
	return spellings[strings.ToLower(string(before[start:]))]
}

// token returns the identifier or the sign at the beginning of a text.
func token(runes []rune) string {
	end := 0
	for end < len(runes) && identifier(runes[end]) {
		end++
	}
	if end == 0 && len(runes) > 0 {
		end = 1
	}
	return string(runes[:end])
}
