package postgresoffline

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// appendCopy appends a value as a field of COPY's text format: PostgreSQL reads it as whatever type the column has.
func appendCopy(dst []byte, v value.Value) []byte {
	if v.IsNull() {
		return append(dst, `\N`...)
	}
	return append(dst, copyEscapes.Replace(literal(v))...)
}

var copyEscapes = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

// literal returns the input text of a value in PostgreSQL. Float32 and Float64 come back bit for bit, NaNs as one NaN.
func literal(v value.Value) string {
	switch v.Kind() {
	case value.Bool:
		return strconv.FormatBool(v.Bool())
	case value.Int32, value.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case value.Float32:
		return float(v.Float(), 32)
	case value.Float64:
		return float(v.Float(), 64)
	case value.UnixTimestamp:
		return v.Instant().String()
	case value.Bytes:
		return `\x` + hex.EncodeToString([]byte(v.Text()))
	case value.Uuid:
		return string(value.AppendUuid(nil, v))
	case value.Date:
		return string(value.AppendDate(nil, v))
	case value.String, value.Decimal, value.Json:
		return v.Text()
	case value.Array, value.Set, value.Vector:
		return array(v)
	}
	return string(jsonvalue.AppendOwn(nil, v))
}

func float(f float64, bits int) string {
	if math.IsInf(f, 0) {
		return strings.Replace(strconv.FormatFloat(f, 'g', -1, bits), "Inf", "Infinity", 1)
	}
	return strconv.FormatFloat(f, 'g', -1, bits)
}

// array writes lists as {"1",NULL}; lists that hold lists or objects are JSON.
func array(v value.Value) string {
	parts := make([]string, len(v.List()))
	for i, p := range v.List() {
		switch p.Kind() {
		case value.Null:
			parts[i] = "NULL"
		case value.Array, value.Set, value.Map, value.Struct, value.Vector:
			return string(jsonvalue.AppendOwn(nil, v))
		default:
			parts[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(literal(p)) + `"`
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}
