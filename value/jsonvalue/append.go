package jsonvalue

import (
	"encoding/base64"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/truepoint/truepoint/value"
)

// Append appends v as JSON in Feast's form: Int64 exact; floats shortest but always with a fraction or an exponent
// (1.0), a Float32 as the float64 of the same number; NaN and ±Inf as null; Bytes in base64; UnixTimestamp in whole
// seconds, floored; Date, Uuid, Decimal and Json as strings; Array, Set and Vector as arrays; Map as an object. A
// Struct is an array of its fields: AppendTyped knows their names.
func Append(dst []byte, v value.Value) []byte { return feast.append(dst, v, nil) }

// AppendOwn is Append with UnixTimestamp as an RFC 3339 string.
func AppendOwn(dst []byte, v value.Value) []byte { return own.append(dst, v, nil) }

// AppendTyped is Append for a v, which is null or of type t; a Struct is an object with the names of its fields.
func AppendTyped(dst []byte, v value.Value, t value.Type) []byte { return feast.append(dst, v, &t) }

// AppendOwnTyped is AppendTyped with UnixTimestamp as an RFC 3339 string.
func AppendOwnTyped(dst []byte, v value.Value, t value.Type) []byte { return own.append(dst, v, &t) }

// A form is one of the two ways to write a UnixTimestamp.
type form uint8

const (
	feast form = iota
	own
)

// append writes v; t, its type, may be unknown (nil).
func (f form) append(dst []byte, v value.Value, t *value.Type) []byte {
	switch v.Kind() {
	case value.Null:
		return append(dst, "null"...)
	case value.Bool:
		return strconv.AppendBool(dst, v.Bool())
	case value.Int32, value.Int64:
		return strconv.AppendInt(dst, v.Int(), 10)
	case value.Float32, value.Float64:
		return AppendFloat(dst, v.Float())
	case value.UnixTimestamp:
		if f == own {
			return append(append(append(dst, '"'), v.Instant().String()...), '"')
		}
		return strconv.AppendInt(dst, floorSeconds(v.Int()), 10)
	case value.Bytes:
		dst = base64.StdEncoding.AppendEncode(append(dst, '"'), []byte(v.Text()))
		return append(dst, '"')
	case value.Date:
		return append(value.AppendDate(append(dst, '"'), v), '"')
	case value.Uuid:
		return append(value.AppendUuid(append(dst, '"'), v), '"')
	case value.Map:
		return f.appendMap(dst, v.List(), t)
	case value.Struct:
		return f.appendStruct(dst, v.List(), t)
	case value.Array, value.Set, value.Vector:
		return f.appendArray(dst, v.List(), t)
	}
	return AppendString(dst, v.Text())
}

func floorSeconds(micros int64) int64 {
	s := micros / 1e6
	if micros%1e6 < 0 {
		s--
	}
	return s
}

func elem(t *value.Type) *value.Type {
	if t == nil {
		return nil
	}
	return t.Elem
}

func (f form) appendArray(dst []byte, parts []value.Value, t *value.Type) []byte {
	dst = append(dst, '[')
	for i, p := range parts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = f.append(dst, p, elem(t))
	}
	return append(dst, ']')
}

func (f form) appendMap(dst []byte, parts []value.Value, t *value.Type) []byte {
	dst = append(dst, '{')
	for i := 0; i+1 < len(parts); i += 2 {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, parts[i].Text()), ':')
		dst = f.append(dst, parts[i+1], elem(t))
	}
	return append(dst, '}')
}

func (f form) appendStruct(dst []byte, parts []value.Value, t *value.Type) []byte {
	if t == nil || len(t.Fields) != len(parts) {
		return f.appendArray(dst, parts, nil)
	}
	dst = append(dst, '{')
	for i := range parts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, t.Fields[i].Name), ':')
		dst = f.append(dst, parts[i], &t.Fields[i].Type)
	}
	return append(dst, '}')
}

// AppendFloat appends the shortest decimal that reads back as f, always with a fraction or an exponent, in Python's
// form: positional from 1e-4 up to below 1e16. NaN and ±Inf, for which JSON has no word, become null.
func AppendFloat(dst []byte, f float64) []byte {
	a := math.Abs(f)
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return append(dst, "null"...)
	case a != 0 && (a < 1e-4 || a >= 1e16):
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	n := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	for _, c := range dst[n:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string: quotation mark, backslash and control characters escaped, all other
// characters as they are, bytes that are not UTF-8 as U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += size
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}
