package expr

import (
	"math"
	"strconv"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// intOfFloat drops the fraction. 2⁶³ has no int64, −2⁶³ has.
func intOfFloat(f float64) (int64, reason) {
	if !(f >= -1<<63 && f < 1<<63) {
		return 0, notInt
	}
	return int64(f), fine
}

func intOfText(s string) (int64, reason) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, unreadable
	}
	return n, fine
}

// floatOfText reads decimal numbers, inf and nan; a number too great is an error, not Inf.
func floatOfText(s string) (float64, reason) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, unreadable
	}
	return f, fine
}

func boolOfText(s string) (int64, reason) {
	switch s {
	case "true":
		return 1, fine
	case "false":
		return 0, fine
	}
	return 0, unreadable
}

func truth(n int64) int64          { return flag(n != 0) }
func textOfInt(n int64) string     { return strconv.FormatInt(n, 10) }
func textOfBool(n int64) string    { return strconv.FormatBool(n != 0) }
func textOfDate(n int64) string    { return string(value.AppendDate(nil, value.OfDate(int32(n)))) }
func textOfFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func textOfTime(n int64) string {
	if i := eventtime.Instant(n); i.Valid() {
		return i.String()
	}
	return ""
}

// narrowInt32 refuses what Int32 does not hold.
func narrowInt32(n int64) (int64, reason) {
	if n != int64(int32(n)) {
		return 0, notInt32
	}
	return n, fine
}

// narrowFloat32 rounds to Float32; a finite number never becomes infinite (docs/adr/0004-types.md).
func narrowFloat32(f float64) (float64, reason) {
	r := float64(float32(f))
	if math.IsInf(r, 0) && !math.IsInf(f, 0) {
		return 0, notFloat32
	}
	return r, fine
}
