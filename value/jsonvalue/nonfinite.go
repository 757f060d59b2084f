package jsonvalue

import (
	"math"

	"github.com/truepoint/truepoint/value"
)

// Nested is NonFinite of a value that holds one for which JSON has no word.
const Nested = "nested"

// NonFinite names a value for which JSON has no word and which Append writes as null: NaN, Infinity or -Infinity, and
// Nested for one that holds such a value. It is empty for all others.
func NonFinite(v value.Value) string {
	switch v.Kind() {
	case value.Float32, value.Float64:
		switch f := v.Float(); {
		case math.IsNaN(f):
			return "NaN"
		case math.IsInf(f, 1):
			return "Infinity"
		case math.IsInf(f, -1):
			return "-Infinity"
		}
		return ""
	}
	for _, p := range v.List() {
		if NonFinite(p) != "" {
			return Nested
		}
	}
	return ""
}
