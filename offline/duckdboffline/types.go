//go:build duckdb

package duckdboffline

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/value"
)

// types are the types of DuckDB that have an equal. Lists of them are arrays.
var types = map[string]value.Kind{
	"BOOLEAN": value.Bool, "INTEGER": value.Int32, "BIGINT": value.Int64, "FLOAT": value.Float32, "DOUBLE": value.Float64, "VARCHAR": value.String,
	"BLOB": value.Bytes, "TIMESTAMP WITH TIME ZONE": value.UnixTimestamp, "TIMESTAMP": value.UnixTimestamp, "DATE": value.Date, "UUID": value.Uuid,
}

// same reports whether DuckDB reads values of its type as values of ours. Times without a zone are those of UTC there.
func same(typ string, want value.Type, zone string) bool {
	if elem, list := strings.CutSuffix(typ, "[]"); list {
		return want.Kind == value.Array && types[elem] == want.Elem.Kind && elem != "TIMESTAMP"
	}
	return types[typ] == want.Kind && (typ != "TIMESTAMP" || zone == "" || zone == "UTC")
}

// typeOf returns the type of DuckDB for values of ours.
func typeOf(t value.Type) string {
	switch t.Kind {
	case value.Array:
		return typeOf(*t.Elem) + "[]"
	case value.Float32:
		return "FLOAT"
	case value.Date:
		return "DATE"
	}
	return dialect.Types[t.Kind]
}

// literal returns a value of a type. Errors: Unimplemented for types that no place of a file gives in words.
func literal(v value.Value, t value.Type) (string, error) {
	word := "NULL"
	switch {
	case v.IsNull():
	case t.Kind == value.String:
		word = text(v.Text())
	case t.Kind == value.Int32 || t.Kind == value.Int64:
		word = fmt.Sprint(v.Int())
	case t.Kind == value.Date:
		word = text(string(value.AppendDate(nil, v)))
	default:
		return "", elsewhere("a partition of type %s is read here", t)
	}
	return "CAST(" + word + " AS " + typeOf(t) + ")", nil
}

// text returns a string literal.
func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
