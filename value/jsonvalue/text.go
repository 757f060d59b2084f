package jsonvalue

import (
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// ParseText returns the value of type t that plain text stands for: a CSV cell, or an argument of the command line. A
// String is the text itself, "" included. Integers are decimal with an optional minus and no idle zeros; floats are
// decimal, with NaN, Inf and -Inf in any case; Bool is true or false (also True, TRUE); Bytes is base64; UnixTimestamp
// is RFC 3339 (naive is UTC); Date, Uuid and Decimal as in JSON; Json and nested types are JSON. It never returns null:
// which texts stand for null is the reader's affair.
//
// Errors: InvalidArgument for a text that is no value of the type or not valid UTF-8; OutOfRange for a number that
// does not fit.
func ParseText(text string, t value.Type) (value.Value, error) {
	v, err := parseText(text, t)
	if err != nil {
		return value.Value{}, err
	}
	return v, nil
}

func parseText(text string, t value.Type) (value.Value, error) {
	if !utf8.ValidString(text) {
		return value.Value{}, errs.New(errs.InvalidArgument, "a text is not valid UTF-8").WithID("T0115")
	}
	switch t.Kind {
	case value.String:
		return value.OfString(text), nil
	case value.Bool:
		switch text {
		case "true", "True", "TRUE":
			return value.OfBool(true), nil
		case "false", "False", "FALSE":
			return value.OfBool(false), nil
		}
		return value.Value{}, mismatch(strconv.Quote(clip(text)), t)
	case value.Bytes:
		b, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return value.Value{}, mismatch("a text that is not base64", t)
		}
		return value.OfBytes(b), nil
	case value.Json:
		return value.OfText(value.Json, text), Valid([]byte(text))
	case value.Float32, value.Float64:
		if f, ok := nonFinite(text); ok {
			return value.Convert(value.OfFloat64(f), t)
		}
	}
	if t.Nested() {
		v, err := Parse([]byte(text), t)
		if err == nil && v.IsNull() {
			err = mismatch("null", t)
		}
		return v, err
	}
	return scalar(text, t)
}

func nonFinite(text string) (float64, bool) {
	switch strings.ToLower(text) {
	case "nan":
		return math.NaN(), true
	case "inf", "+inf", "infinity", "+infinity":
		return math.Inf(1), true
	case "-inf", "-infinity":
		return math.Inf(-1), true
	}
	return 0, false
}

// scalar reads what JSON and plain text write alike.
func scalar(text string, t value.Type) (value.Value, error) {
	switch t.Kind {
	case value.Int64:
		n, err := parseInt(text, t, 64)
		return value.OfInt64(n), err
	case value.Int32:
		n, err := parseInt(text, t, 32)
		return value.OfInt32(int32(n)), err
	case value.Float64:
		f, err := parseFloat(text, t, 64)
		return value.OfFloat64(f), err
	case value.Float32:
		f, err := parseFloat(text, t, 32)
		return value.OfFloat32(float32(f)), err
	case value.UnixTimestamp, value.Date, value.Uuid, value.Decimal:
		return value.Convert(value.OfString(text), t)
	}
	return value.Value{}, mismatch(strconv.Quote(clip(text)), t)
}

// parseInt reads an integer in its one decimal form.
func parseInt(text string, t value.Type, bits int) (int64, error) {
	digits := strings.TrimPrefix(text, "-")
	n, err := strconv.ParseInt(text, 10, bits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, errs.New(errs.OutOfRange, "%s does not fit into %s", clip(text), t).WithID("T0115")
	case err != nil || text[0] == '+' || len(digits) > 1 && digits[0] == '0' || text == "-0":
		return 0, mismatch(strconv.Quote(clip(text)), t)
	}
	return n, nil
}

// parseFloat reads a decimal number with an optional exponent.
func parseFloat(text string, t value.Type, bits int) (float64, error) {
	if strings.ContainsFunc(text, func(r rune) bool { return (r < '0' || r > '9') && !strings.ContainsRune("+-.eE", r) }) {
		return 0, mismatch(strconv.Quote(clip(text)), t)
	}
	f, err := strconv.ParseFloat(text, bits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, errs.New(errs.OutOfRange, "%s does not fit into %s", clip(text), t).WithID("T0115")
	case err != nil:
		return 0, mismatch(strconv.Quote(clip(text)), t)
	}
	return f, nil
}

// clip shortens text for an error message.
func clip(text string) string {
	if len(text) > 64 {
		return strings.ToValidUTF8(text[:64], "") + "…"
	}
	return text
}
