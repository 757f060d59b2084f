package tablefile

import (
	"bytes"
	"math"
	"strconv"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A guess narrows down the type of a text column, value by value. The zero value has seen nothing.
type guess struct {
	seen  bool  // a value that is not null
	kinds kinds // that fit every value so far
	elem  *guess
}

// kinds is a set of candidate types, most specific first.
type kinds uint8

const (
	kindBool kinds = 1 << iota
	kindInt
	kindFloat
	kindTime
	kindString
	kindArray
	kindJSON
)

// narrow keeps the candidates that also fit one more value.
func (g *guess) narrow(fit kinds) {
	if !g.seen {
		g.seen, g.kinds = true, fit
		return
	}
	g.kinds &= fit
}

// exactMax is the greatest integer up to which every integer is a Float64.
const exactMax = 1 << 53

// cell takes note of a CSV field. Numbers and words in quotes count as such: quoting is a habit of writers.
func (g *guess) cell(c *cell) {
	b := c.text()
	if len(b) == 0 {
		if c.quoted {
			g.narrow(kindString | kindBool | kindInt | kindFloat | kindTime) // null for all but String
		}
		return
	}
	if g.seen && g.kinds == kindString {
		return
	}
	g.narrow(kindString | wordKinds(b) | numberKinds(b) | timeKinds(b))
}

func wordKinds(b []byte) kinds {
	switch string(b) {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return kindBool
	case "NaN", "Inf", "-Inf":
		return kindFloat
	}
	return 0
}

// numberKinds returns the numbers that b is: an integer without idle zeros in range, or a plain decimal.
func numberKinds(b []byte) kinds {
	digits := bytes.TrimPrefix(b, []byte("-"))
	if len(digits) == 0 || digits[0] < '0' || digits[0] > '9' || len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return 0
	}
	for _, c := range digits {
		if (c < '0' || c > '9') && c != '.' && c != 'e' && c != 'E' && c != '+' && c != '-' {
			return 0
		}
	}
	if n, err := strconv.ParseInt(string(b), 10, 64); err == nil {
		if string(b) == "-0" {
			return kindFloat
		}
		if n <= exactMax && n >= -exactMax {
			return kindInt | kindFloat
		}
		return kindInt
	}
	last := b[len(b)-1]
	if f, err := strconv.ParseFloat(string(b), 64); err == nil && !math.IsInf(f, 0) && last >= '0' && last <= '9' && bytes.ContainsAny(b, ".eE") {
		return kindFloat
	}
	return 0
}

// timeKinds reports an RFC 3339 time with its zone; a naive one stays text until somebody asks for a time.
func timeKinds(b []byte) kinds {
	if len(b) < len("2006-01-02T15:04Z") || b[4] != '-' || !bytes.ContainsAny(b[10:], "Zz+-") {
		return 0
	}
	if _, err := eventtime.Parse(string(b), nil); err != nil {
		return 0
	}
	return kindTime
}

// json takes note of a JSON value. Strings stay String: JSON says what is a string.
func (g *guess) json(raw []byte) {
	switch raw[0] {
	case 'n':
	case 't', 'f':
		g.narrow(kindBool | kindJSON)
	case '"':
		g.narrow(kindString | kindJSON)
	case '{':
		g.narrow(kindJSON)
	case '[':
		g.array(raw)
	default:
		fit := numberKinds(raw)
		if fit == 0 {
			fit = kindFloat // an integer beyond 64 bits
		}
		g.narrow(fit | kindJSON)
	}
}

// array takes note of the elements of a JSON array. Arrays of arrays or objects are Json.
func (g *guess) array(raw []byte) {
	g.narrow(kindArray | kindJSON)
	if g.elem == nil {
		g.elem = &guess{}
	}
	for at := skipSpace(raw, 1); raw[at] != ']'; {
		end := skipValue(raw, at)
		if raw[at] == '[' || raw[at] == '{' {
			g.kinds &^= kindArray
		}
		g.elem.scalar(raw[at:end])
		if at = skipSpace(raw, end); raw[at] == ',' {
			at = skipSpace(raw, at+1)
		}
	}
}

// scalar is json for the elements of an array.
func (g *guess) scalar(raw []byte) {
	if raw[0] != '[' && raw[0] != '{' {
		g.json(raw)
	}
}

// result returns the most specific type that fits every value; String if there was none.
func (g *guess) result() value.Type {
	if !g.seen {
		return value.Scalar(value.String)
	}
	switch {
	case g.kinds&kindBool != 0:
		return value.Scalar(value.Bool)
	case g.kinds&kindInt != 0:
		return value.Scalar(value.Int64)
	case g.kinds&kindFloat != 0:
		return value.Scalar(value.Float64)
	case g.kinds&kindTime != 0:
		return value.Scalar(value.UnixTimestamp)
	case g.kinds&kindArray != 0:
		if elem := g.elem.result(); elem.Kind != value.Json {
			return value.ArrayOf(elem)
		}
	case g.kinds&kindString != 0:
		return value.Scalar(value.String)
	}
	return value.Scalar(value.Json)
}
