package value

import (
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// Limits of what ParseType accepts.
const (
	typeTextMax = 1 << 16
	// VectorLengthMax is the greatest n of Vector(n).
	VectorLengthMax = 1 << 16
	structDepthMax  = 8
)

// scalarNames maps the names of scalar types, lower case and without underscores, to kinds: ours and Feast's.
var scalarNames = map[string]Kind{
	"bool": Bool, "int32": Int32, "int64": Int64, "float32": Float32, "float64": Float64, "string": String,
	"bytes": Bytes, "unixtimestamp": UnixTimestamp, "date": Date, "uuid": Uuid, "decimal": Decimal, "json": Json,
	"float": Float32, "double": Float64, "timestamp": UnixTimestamp, "timeuuid": Uuid,
	"pdfbytes": Bytes, "imagebytes": Bytes,
}

// ParseType returns the type that text names: what Type.String writes, and Feast's names in any case, such as
// Double, INT64, UNIX_TIMESTAMP, STRING_LIST, INT32_SET or Array(String). The parts of Array, Set and Map are
// scalars; the fields of a Struct may be of any type, eight levels deep.
//
// Errors: InvalidArgument with the nearest name.
func ParseType(text string) (Type, error) {
	if len(text) > typeTextMax {
		return Type{}, errs.New(errs.InvalidArgument, "a type of %d bytes is longer than %d", len(text), typeTextMax).WithID("T0111")
	}
	return parseType(text, 0)
}

func parseType(text string, depth int) (Type, error) {
	text = strings.TrimSpace(text)
	name, args, hasArgs := strings.Cut(text, "(")
	if !hasArgs {
		return parseName(text)
	}
	args, closed := strings.CutSuffix(args, ")")
	if !closed {
		return Type{}, unknownType(text)
	}
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "array":
		return parseElem(Array, args, depth)
	case "set":
		return parseElem(Set, args, depth)
	case "map":
		key, elem, ok := strings.Cut(args, ",")
		if t, err := parseName(strings.TrimSpace(key)); !ok || err != nil || t.Kind != String {
			return Type{}, unknownType(text).WithHint("write Map(String, T); only String keys are supported")
		}
		return parseElem(Map, elem, depth)
	case "vector":
		n, err := strconv.Atoi(strings.TrimSpace(args))
		if err != nil || n < 1 || n > VectorLengthMax {
			return Type{}, unknownType(text).WithHint("write Vector(n) with n from 1 to %d", VectorLengthMax)
		}
		return Type{Kind: Vector, Length: n}, nil
	case "struct":
		if depth == structDepthMax {
			return Type{}, errs.New(errs.InvalidArgument, "structs are nested deeper than %d levels", structDepthMax).WithID("T0111")
		}
		return parseStruct(args, depth+1)
	}
	return Type{}, unknownType(text)
}

// parseName reads a type without parentheses.
func parseName(text string) (Type, error) {
	key := strings.ReplaceAll(strings.ToLower(text), "_", "")
	if k, ok := scalarNames[key]; ok {
		return Scalar(k), nil
	}
	for _, suffix := range [...]struct {
		text string
		kind Kind
	}{{"list", Array}, {"set", Set}} {
		if base, ok := strings.CutSuffix(key, suffix.text); ok {
			if k, ok := scalarNames[base]; ok {
				elem := Scalar(k)
				return Type{Kind: suffix.kind, Elem: &elem}, nil
			}
		}
	}
	e := unknownType(text)
	switch key {
	case "map", "maplist":
		e.WithHint("declare the type of the values, such as Map(String, Float64), or use Json")
	case "struct", "structlist":
		e.WithHint("declare the fields, such as Struct(a: Int64, b: String), or use Json")
	case "array", "set", "list":
		e.WithHint("declare the type of the elements, such as Array(Int64)")
	case "vector":
		e.WithHint("declare the length, such as Vector(128)")
	}
	return Type{}, e
}

func parseElem(k Kind, text string, depth int) (Type, error) {
	elem, err := parseType(text, depth)
	if err != nil {
		return Type{}, err
	}
	if elem.Nested() {
		return Type{}, errs.New(errs.InvalidArgument, "the elements of %s must be scalars, not %s", k, elem.Kind).WithID("T0111").
			WithHint("use Json for deeper nesting")
	}
	return Type{Kind: k, Elem: &elem}, nil
}

// parseStruct reads "name: Type, name: Type".
func parseStruct(text string, depth int) (Type, error) {
	t := Type{Kind: Struct}
	seen := map[string]bool{}
	for _, part := range splitTop(text) {
		name, typ, ok := strings.Cut(part, ":")
		name = strings.TrimSpace(name)
		if !ok || name == "" || strings.ContainsAny(name, "(),") {
			return Type{}, errs.New(errs.InvalidArgument, "%q is not a struct field", clip(strings.TrimSpace(part))).WithID("T0111").
				WithHint("write Struct(name: Type, …)")
		}
		if seen[name] {
			return Type{}, errs.New(errs.InvalidArgument, "struct field %q is declared twice", clip(name)).WithID("T0111")
		}
		seen[name] = true
		ft, err := parseType(typ, depth)
		if err != nil {
			return Type{}, err
		}
		t.Fields = append(t.Fields, Field{Name: name, Type: ft})
	}
	return t, nil
}

// splitTop splits at the commas that are outside all parentheses.
func splitTop(s string) []string {
	var parts []string
	depth, from := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				parts, from = append(parts, s[from:i]), i+1
			}
		}
	}
	return append(parts, s[from:])
}

func unknownType(text string) *errs.Error {
	e := errs.New(errs.InvalidArgument, "unknown type %q", clip(text)).WithID("T0111")
	if s := errs.DidYouMean(text, kindNames[1:]); s != "" {
		return e.WithHint("%s", s)
	}
	return e.WithHint("types are %s, Array(T), Set(T), Map(String, T), Struct(name: T, …), Vector(n)",
		strings.Join(kindNames[Bool:Array], ", "))
}
