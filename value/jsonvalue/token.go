package jsonvalue

import "github.com/truepoint/truepoint/value"

// ParseToken is Parse of a text that is a string already. Whole numbers of up to 18 digits and plain ASCII strings, which
// nearly all entity keys are, cost no memory; a String then shares the memory of token.
func ParseToken(token string, t value.Type) (value.Value, error) {
	switch t.Kind {
	case value.Int64:
		if n, ok := smallInt(token); ok {
			return value.OfInt64(n), nil
		}
	case value.Int32:
		if n, ok := smallInt(token); ok && int64(int32(n)) == n {
			return value.OfInt32(int32(n)), nil
		}
	case value.String:
		if plainString(token) {
			return value.OfString(token[1 : len(token)-1]), nil
		}
	}
	return Parse([]byte(token), t)
}

// smallInt returns the whole number that token is, if it is a JSON number of at most 18 digits and nothing else. -0 is
// left to Parse.
func smallInt(token string) (n int64, ok bool) {
	digits := token
	negative := len(digits) > 0 && digits[0] == '-'
	if negative {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > 18 || digits[0] == '0' && (len(digits) > 1 || negative) {
		return 0, false
	}
	for i := range len(digits) {
		c := digits[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	if negative {
		n = -n
	}
	return n, true
}

// plainString reports whether token is a JSON string of printable ASCII without escapes.
func plainString(token string) bool {
	if len(token) < 2 || token[0] != '"' || token[len(token)-1] != '"' {
		return false
	}
	for i := 1; i < len(token)-1; i++ {
		if c := token[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
