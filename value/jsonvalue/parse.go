package jsonvalue

import (
	"cmp"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Parse returns the value of type t that raw, the JSON text of one value, stands for. null is the null value of every
// type. A number for an integer type must be written without fraction and exponent; a string that contains such a
// number is accepted. Numbers for floats may be any, and are rounded to the nearest; those that are too large are
// refused. UnixTimestamp is a whole number of seconds (Feast's wire) or an RFC 3339 string (naive is UTC); Bytes is
// base64; Date, Uuid and Decimal are strings, and a Decimal may be a plain number; Json is a string that holds JSON,
// as Append writes it, or any other JSON value, of which the text is kept. A Struct may lack fields, which are null,
// but not have unknown ones; a Set may repeat elements.
//
// Errors: InvalidArgument for JSON that is malformed, not valid UTF-8, repeats a name or is nested deeper than 64, and
// for a value that is not of the type; OutOfRange for a number that does not fit.
func Parse(raw []byte, t value.Type) (value.Value, error) {
	p := parser{scanner{src: raw}}
	v, err := p.value(t)
	if err == nil {
		err = p.done()
	}
	if err != nil {
		return value.Value{}, classify(err)
	}
	return v, nil
}

// Valid returns an error unless raw is one JSON value as Parse accepts it. Errors: InvalidArgument.
func Valid(raw []byte) error {
	s := scanner{src: raw}
	err := s.skip()
	if err == nil {
		err = s.done()
	}
	if err != nil {
		return classify(err)
	}
	return nil
}

func classify(err error) error {
	var syntax *syntaxError
	if errors.As(err, &syntax) {
		return errs.New(errs.InvalidArgument, "malformed JSON: %s", syntax).WithID("T0115")
	}
	return err
}

func mismatch(got string, t value.Type) error {
	return errs.New(errs.InvalidArgument, "expected %s, got %s", t, got).WithID("T0115")
}

type parser struct{ scanner }

// got names what comes next for an error message.
func (p *parser) got() string {
	switch c := p.peek(); c {
	case '"':
		return "a string"
	case '[':
		return "an array"
	case '{':
		return "an object"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	rest := p.src[p.at:]
	return strings.ToValidUTF8(string(rest[:min(len(rest), 32)]), "?")
}

func (p *parser) value(t value.Type) (value.Value, error) {
	if p.word("null") {
		return value.Value{}, nil
	}
	switch t.Kind {
	case value.Array, value.Set, value.Vector:
		return p.list(t)
	case value.Map:
		return p.mapping(t)
	case value.Struct:
		return p.structure(t)
	case value.Json:
		return p.json()
	case value.Bool:
		switch {
		case p.word("true"):
			return value.OfBool(true), nil
		case p.word("false"):
			return value.OfBool(false), nil
		}
		return value.Value{}, p.unexpected(t)
	}
	switch c := p.peek(); {
	case c == '"':
		s, err := p.string()
		if err != nil {
			return value.Value{}, err
		}
		return fromString(s, t)
	case c == '-' || c >= '0' && c <= '9':
		s, err := p.number()
		if err != nil {
			return value.Value{}, err
		}
		return fromNumber(s, t)
	}
	return value.Value{}, p.unexpected(t)
}

// unexpected says that a value is of another type, or malformed.
func (p *parser) unexpected(t value.Type) error {
	got := p.got()
	if err := p.skip(); err != nil {
		return err
	}
	return mismatch(got, t)
}

// fromString reads a JSON string as a scalar.
func fromString(s string, t value.Type) (value.Value, error) {
	switch t.Kind {
	case value.String:
		return value.OfString(s), nil
	case value.Bytes:
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		if err != nil {
			return value.Value{}, errs.New(errs.InvalidArgument, "expected Bytes in base64, got a string that is not").WithID("T0115")
		}
		return value.OfBytes(b), nil
	case value.Float32, value.Float64:
		return value.Value{}, mismatch("a string", t)
	}
	return scalar(s, t)
}

// fromNumber reads a JSON number as a scalar.
func fromNumber(s string, t value.Type) (value.Value, error) {
	switch t.Kind {
	case value.Int32, value.Int64, value.Float32, value.Float64, value.Decimal:
		return scalar(s, t)
	case value.UnixTimestamp:
		n, err := scalar(s, value.Scalar(value.Int64))
		if err != nil {
			return value.Value{}, mismatch("the number "+clip(s), t)
		}
		i, err := eventtime.FromUnit(n.Int(), eventtime.Seconds)
		return value.OfInstant(i), err
	}
	return value.Value{}, mismatch("the number "+clip(s), t)
}

func (p *parser) json() (value.Value, error) {
	if p.peek() != '"' {
		from := p.at
		err := p.skip()
		return value.OfText(value.Json, string(p.src[from:p.at])), err
	}
	s, err := p.string()
	if err == nil {
		err = Valid([]byte(s))
	}
	return value.OfText(value.Json, s), err
}

func (p *parser) list(t value.Type) (value.Value, error) {
	if p.peek() != '[' {
		return value.Value{}, p.unexpected(t)
	}
	elem := value.Scalar(value.Float32)
	if t.Kind != value.Vector {
		elem = *t.Elem
	}
	parts := []value.Value{}
	err := p.array(func() error {
		if len(parts) == value.ElementsMax {
			return p.fail("more elements than a value can have")
		}
		v, err := p.value(elem)
		parts = append(parts, v)
		if err == nil && v.IsNull() && t.Kind == value.Vector {
			return mismatch("a null element", t)
		}
		return err
	})
	switch {
	case err != nil:
		return value.Value{}, err
	case t.Kind == value.Set:
		return value.MakeSet(elem, parts), nil
	case t.Kind == value.Vector && len(parts) != t.Length:
		return value.Value{}, errs.New(errs.InvalidArgument, "expected %s, got %d elements", t, len(parts)).WithID("T0115")
	}
	return value.OfList(t.Kind, parts), nil
}

func (p *parser) mapping(t value.Type) (value.Value, error) {
	if p.peek() != '{' {
		return value.Value{}, p.unexpected(t)
	}
	var entries [][2]value.Value
	err := p.object(func(name string) error {
		if len(entries) == value.ElementsMax {
			return p.fail("more entries than a value can have")
		}
		v, err := p.value(*t.Elem)
		entries = append(entries, [2]value.Value{value.OfString(name), v})
		return err
	})
	if err != nil {
		return value.Value{}, err
	}
	slices.SortFunc(entries, func(a, b [2]value.Value) int { return cmp.Compare(a[0].Text(), b[0].Text()) })
	parts := make([]value.Value, 0, 2*len(entries))
	for _, e := range entries {
		parts = append(parts, e[0], e[1])
	}
	return value.OfList(value.Map, parts), nil
}

func (p *parser) structure(t value.Type) (value.Value, error) {
	if p.peek() != '{' {
		return value.Value{}, p.unexpected(t)
	}
	parts := make([]value.Value, len(t.Fields))
	err := p.object(func(name string) error {
		i := slices.IndexFunc(t.Fields, func(f value.Field) bool { return f.Name == name })
		if i < 0 {
			return errs.New(errs.InvalidArgument, "%s has no field %q", t, clip(name)).WithID("T0115")
		}
		var err error
		parts[i], err = p.value(t.Fields[i].Type)
		return err
	})
	if err != nil {
		return value.Value{}, err
	}
	return value.OfList(value.Struct, parts), nil
}
