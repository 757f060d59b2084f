package postgresoffline

import (
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// The readers of this file follow PostgreSQL's send functions (src/backend/utils/adt).

// Moments of PostgreSQL count from 2000-01-01.
const (
	epochMicros eventtime.Instant = 946_684_800_000_000
	epochDays                     = 10_957
)

var be = binary.BigEndian

// sized refuses bytes of another length than a type has.
func sized(b []byte, n int) error {
	if len(b) != n {
		return errs.New(errs.DataLoss, "a value has %d bytes, expected %d", len(b), n)
	}
	return nil
}

func readBool(b []byte) (value.Value, error) {
	if err := sized(b, 1); err != nil {
		return value.Value{}, err
	}
	return value.OfBool(b[0] != 0), nil
}

func readInt2(b []byte) (value.Value, error) {
	if err := sized(b, 2); err != nil {
		return value.Value{}, err
	}
	return value.OfInt32(int32(int16(be.Uint16(b)))), nil
}

func readInt4(b []byte) (value.Value, error) {
	if err := sized(b, 4); err != nil {
		return value.Value{}, err
	}
	return value.OfInt32(int32(be.Uint32(b))), nil
}

func readInt8(b []byte) (value.Value, error) {
	if err := sized(b, 8); err != nil {
		return value.Value{}, err
	}
	return value.OfInt64(int64(be.Uint64(b))), nil
}

func readFloat4(b []byte) (value.Value, error) {
	if err := sized(b, 4); err != nil {
		return value.Value{}, err
	}
	return value.OfFloat32(math.Float32frombits(be.Uint32(b))), nil
}

func readFloat8(b []byte) (value.Value, error) {
	if err := sized(b, 8); err != nil {
		return value.Value{}, err
	}
	return value.OfFloat64(math.Float64frombits(be.Uint64(b))), nil
}

func readText(b []byte) (value.Value, error) {
	if !utf8.Valid(b) {
		return value.Value{}, errs.New(errs.OutOfRange, "a text is not UTF-8")
	}
	return value.OfString(string(b)), nil
}

func readBytea(b []byte) (value.Value, error) { return value.OfBytes(b), nil }

func readJSON(b []byte) (value.Value, error) { return value.OfText(value.Json, string(b)), nil }

// readJSONB passes the version byte.
func readJSONB(b []byte) (value.Value, error) {
	if len(b) < 1 || b[0] != 1 {
		return value.Value{}, errs.New(errs.DataLoss, "a jsonb value has an unknown version")
	}
	return readJSON(b[1:])
}

func readUUID(b []byte) (value.Value, error) {
	if err := sized(b, 16); err != nil {
		return value.Value{}, err
	}
	return value.OfText(value.Uuid, string(b)), nil
}

// readTimestamp reads an instant, or what clocks show as the instant at which clocks in UTC show it.
func readTimestamp(b []byte) (value.Value, error) {
	if err := sized(b, 8); err != nil {
		return value.Value{}, err
	}
	n := int64(be.Uint64(b))
	i := eventtime.Instant(n) + epochMicros
	if n == math.MaxInt64 || n == math.MinInt64 || !i.Valid() {
		return value.Value{}, errs.New(errs.OutOfRange, "a time is infinite or outside the years 0001 to 9999")
	}
	return value.OfInstant(i), nil
}

func readDate(b []byte) (value.Value, error) {
	if err := sized(b, 4); err != nil {
		return value.Value{}, err
	}
	n := int64(int32(be.Uint32(b))) + epochDays
	if !(eventtime.Instant(n*86400) * 1e6).Valid() {
		return value.Value{}, errs.New(errs.OutOfRange, "a date is infinite or outside the years 0001 to 9999")
	}
	return value.OfDate(int32(n)), nil
}

// Signs of a numeric.
const (
	numericPositive = 0x0000
	numericNegative = 0x4000
)

// readNumeric reads a numeric exactly, with the digits after the point that it has: groups of four decimal digits, of
// which the first has the given weight, in powers of 10,000.
func readNumeric(b []byte) (value.Value, error) {
	if len(b) < 8 || len(b) != 8+2*int(be.Uint16(b)) {
		return value.Value{}, errs.New(errs.DataLoss, "a numeric value is cut off")
	}
	weight, sign, scale := int(int16(be.Uint16(b[2:]))), be.Uint16(b[4:]), int(be.Uint16(b[6:]))
	if sign != numericPositive && sign != numericNegative {
		return value.Value{}, errs.New(errs.OutOfRange, "a numeric is NaN or infinite, which a Decimal cannot be")
	}
	group := func(i int) uint16 { // of weight −i
		at := 8 + 2*(weight+i)
		if at < 8 || at+2 > len(b) {
			return 0
		}
		return be.Uint16(b[at:])
	}
	var out strings.Builder
	if sign == numericNegative {
		out.WriteByte('-')
	}
	digits := func(from, to int) string {
		var d strings.Builder
		for i := from; i < to; i++ {
			g := group(i)
			d.Write([]byte{byte('0' + g/1000), byte('0' + g/100%10), byte('0' + g/10%10), byte('0' + g%10)})
		}
		return d.String()
	}
	whole := strings.TrimLeft(digits(-max(weight, 0), 1), "0")
	if whole == "" {
		whole = "0"
	}
	out.WriteString(whole)
	if scale > 0 {
		out.WriteByte('.')
		out.WriteString(digits(1, 1+(scale+3)/4)[:scale])
	}
	return value.ParseDecimal(out.String())
}

// readArray returns the reader of an array of elements. Errors: OutOfRange for more than one dimension.
func readArray(elem reader) reader {
	return func(b []byte) (value.Value, error) {
		cut := errs.New(errs.DataLoss, "an array is cut off")
		if len(b) < 12 {
			return value.Value{}, cut
		}
		if dimensions := be.Uint32(b); dimensions == 0 {
			return value.OfList(value.Array, nil), nil
		} else if dimensions != 1 || len(b) < 20 {
			return value.Value{}, errs.New(errs.OutOfRange, "an array has %d dimensions, at most 1 is read", dimensions)
		}
		n := int(be.Uint32(b[12:]))
		b = b[20:]
		if n < 0 || n > len(b)/4 {
			return value.Value{}, cut
		}
		parts := make([]value.Value, n)
		for i := range parts {
			if len(b) < 4 {
				return value.Value{}, cut
			}
			size := int(int32(be.Uint32(b)))
			b = b[4:]
			if size < 0 {
				continue
			}
			if size > len(b) {
				return value.Value{}, cut
			}
			v, err := elem(b[:size])
			if err != nil {
				return value.Value{}, err
			}
			parts[i], b = v, b[size:]
		}
		return value.OfList(value.Array, parts), nil
	}
}
