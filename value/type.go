package value

import (
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// A Kind is the outermost shape of a type. The numbers are stored in rows and keys and never change.
type Kind uint8

// The closed list of kinds. Null is the kind of the null value alone and no type has it.
const (
	Null          Kind = 0
	Bool          Kind = 1
	Int32         Kind = 2
	Int64         Kind = 3
	Float32       Kind = 4
	Float64       Kind = 5
	String        Kind = 6
	Bytes         Kind = 7
	UnixTimestamp Kind = 8
	Date          Kind = 9
	Uuid          Kind = 10
	Decimal       Kind = 11
	Json          Kind = 12
	Array         Kind = 13
	Set           Kind = 14
	Map           Kind = 15
	Struct        Kind = 16
	Vector        Kind = 17
)

var kindNames = [...]string{
	"Null", "Bool", "Int32", "Int64", "Float32", "Float64", "String", "Bytes", "UnixTimestamp",
	"Date", "Uuid", "Decimal", "Json", "Array", "Set", "Map", "Struct", "Vector",
}

// String returns the kind's name as it is written in definitions.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// A Type is the type of a feature or a join key. The zero value means "not declared". Types are immutable.
type Type struct {
	Kind   Kind
	Elem   *Type   // of Array, Set and the values of Map
	Fields []Field // of Struct, in declaration order
	Length int     // of Vector
}

// A Field is a named type.
type Field struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
}

// Scalar returns the type of a kind without parameters.
func Scalar(k Kind) Type { return Type{Kind: k} }

// ArrayOf returns Array(elem).
func ArrayOf(elem Type) Type { return Type{Kind: Array, Elem: &elem} }

// SetOf returns Set(elem): an array without duplicates, sorted when encoded.
func SetOf(elem Type) Type { return Type{Kind: Set, Elem: &elem} }

// MapOf returns Map(String, elem).
func MapOf(elem Type) Type { return Type{Kind: Map, Elem: &elem} }

// IsZero reports whether no type was declared.
func (t Type) IsZero() bool { return t.Kind == Null }

// Nested reports whether values of t have parts.
func (t Type) Nested() bool {
	return t.Kind == Array || t.Kind == Set || t.Kind == Map || t.Kind == Struct || t.Kind == Vector
}

// Equal reports whether t and u are the same type.
func (t Type) Equal(u Type) bool { return t.String() == u.String() }

// String returns the type as it is written in definitions, such as Array(Int64). ParseType reads it back.
func (t Type) String() string {
	switch t.Kind {
	case Null:
		return ""
	case Array, Set:
		return t.Kind.String() + "(" + t.Elem.String() + ")"
	case Map:
		return "Map(String, " + t.Elem.String() + ")"
	case Vector:
		return "Vector(" + strconv.Itoa(t.Length) + ")"
	case Struct:
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = f.Name + ": " + f.Type.String()
		}
		return "Struct(" + strings.Join(parts, ", ") + ")"
	}
	return t.Kind.String()
}

// MarshalText returns String.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText writes; the empty text is the undeclared type.
func (t *Type) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*t = Type{}
		return nil
	}
	p, err := ParseType(string(b))
	if err == nil {
		*t = p
	}
	return err
}

// keyKinds lists the kinds that a join key may have (design/semantics.md 3.1).
var keyKinds = [...]Kind{String, Int64, Int32, Bytes, UnixTimestamp, Uuid, Bool}

// CheckKey returns an InvalidArgument error unless t may be the type of a join key.
func CheckKey(t Type) error {
	for _, k := range keyKinds {
		if t.Kind == k {
			return nil
		}
	}
	return errs.New(errs.InvalidArgument, "a join key cannot have type %s", t).
		WithHint("use String, Int64, Int32, Bytes, UnixTimestamp, Uuid or Bool")
}
