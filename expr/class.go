package expr

import (
	"github.com/truepoint/truepoint/value"
)

// A class is a type as expressions see it: Int32 and Int64 are one, Float32 and Float64 are one.
type class uint8

const (
	nothing  class = iota // the literal null, which is of every class
	boolean               // Bool
	integer               // Int32, Int64; computed as int64
	float                 // Float32, Float64; computed as float64
	text                  // String
	moment                // UnixTimestamp
	date                  // Date
	span                  // a length of time in microseconds; no column has it
	opaque                // every other type: carried and compared with null, not looked into
	anything              // in signatures: any class, one for all arguments that say so
	word                  // in signatures: a literal text, known when the expression is compiled
	list                  // in signatures: a literal list of the class of the first argument
)

var classNames = [...]string{"null", "Bool", "Int", "Float", "String", "UnixTimestamp", "Date", "Duration", "", "any", "literal", "list"}

// A typ is a class, and the type itself where the class is opaque.
type typ struct {
	class class
	of    value.Type
}

func (t typ) String() string {
	if t.class == opaque {
		return t.of.String()
	}
	return classNames[t.class]
}

func typeOf(t value.Type) typ {
	switch t.Kind {
	case value.Bool:
		return typ{class: boolean}
	case value.Int32, value.Int64:
		return typ{class: integer}
	case value.Float32, value.Float64:
		return typ{class: float}
	case value.String:
		return typ{class: text}
	case value.UnixTimestamp:
		return typ{class: moment}
	case value.Date:
		return typ{class: date}
	}
	return typ{class: opaque, of: t}
}

// natural returns the type of a column of t where none is asked for; false if there is none.
func natural(t typ) (value.Type, bool) {
	switch t.class {
	case boolean:
		return value.Scalar(value.Bool), true
	case integer:
		return value.Scalar(value.Int64), true
	case float:
		return value.Scalar(value.Float64), true
	case text:
		return value.Scalar(value.String), true
	case moment:
		return value.Scalar(value.UnixTimestamp), true
	case date:
		return value.Scalar(value.Date), true
	case opaque:
		return t.of, true
	}
	return value.Type{}, false
}

// fits reports whether a value of class from may stand where to is wanted: it is the same, widens, or is null.
func fits(from, to class) bool {
	return from == to || from == nothing || from == integer && to == float || from == date && to == moment
}

// unify returns the type that values of both types have in common.
func unify(a, b typ) (typ, bool) {
	switch {
	case a.class == opaque && b.class == opaque:
		return a, a.of.Equal(b.of)
	case fits(a.class, b.class):
		return b, true
	case fits(b.class, a.class):
		return a, true
	}
	return typ{}, false
}

// A storage says which slice of a register holds the values of a type.
type storage uint8

const (
	storeInts storage = iota
	storeFloats
	storeTexts
	storeValues
)

func (t typ) storage() storage {
	switch t.class {
	case float:
		return storeFloats
	case text:
		return storeTexts
	case opaque:
		if t.of.Nested() {
			return storeValues
		}
		return storeTexts
	}
	return storeInts
}
