package expr_test

import (
	"math/big"
	"strconv"
	"time"
	"unicode"
)

func bounded(s string) cell {
	if len(s) > 65536 {
		return failedCell
	}
	return cell{v: s}
}

func lowerRune(c rune) rune { return unicode.ToLower(c) }
func upperRune(c rune) rune { return unicode.ToUpper(c) }
func isSpace(c rune) bool   { return unicode.IsSpace(c) }

// substring takes the code points at places start ≤ i < start+count, those that there are.
func substring(s []rune, args []any) string {
	start := big.NewInt(args[1].(int64))
	end := big.NewInt(int64(len(s)))
	if len(args) > 2 {
		end = new(big.Int).Add(start, big.NewInt(args[2].(int64)))
	}
	out := ""
	for i, c := range s {
		if at := big.NewInt(int64(i)); at.Cmp(start) >= 0 && at.Cmp(end) < 0 {
			out += string(c)
		}
	}
	return out
}

// formats by which Go writes the parts of a time.
var formats = map[string]string{"year": "2006", "month": "1", "day": "2", "hour": "15", "minute": "4", "second": "5", "day_of_year": "002", "day_of_week": "Mon"}

func part(op string, args []any) int64 {
	zone := time.UTC
	if len(args) > 1 {
		zone, _ = time.LoadLocation(args[1].(string))
	}
	at := time.UnixMicro(args[0].(int64)).In(zone)
	if op == "day_of_week" {
		return map[string]int64{"Mon": 0, "Tue": 1, "Wed": 2, "Thu": 3, "Fri": 4, "Sat": 5, "Sun": 6}[at.Format("Mon")]
	}
	n, err := strconv.ParseInt(at.Format(formats[op]), 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// truncated walks back from a time until just before it the wall clock shows another unit: first by hours, then by
// the step that the unit's own resolution needs. It is slow and knows nothing of gaps and folds.
func truncated(unit string, args []any) cell {
	zone := time.UTC
	if len(args) > 2 {
		zone, _ = time.LoadLocation(args[2].(string))
	}
	at := time.UnixMicro(args[1].(int64)).In(zone)
	show := map[string]string{"second": "2006-01-02 15:04:05 -0700", "minute": "2006-01-02 15:04 -0700", "hour": "2006-01-02 15 -0700",
		"day": "2006-01-02", "month": "2006-01", "year": "2006"}[unit]
	name := func(t time.Time) string {
		if unit == "week" {
			y, w := t.ISOWeek()
			return strconv.Itoa(y) + "/" + strconv.Itoa(w)
		}
		return t.Format(show)
	}
	for _, step := range []time.Duration{31 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second, time.Millisecond, time.Microsecond} {
		for name(at.Add(-step)) == name(at) {
			at = at.Add(-step)
		}
	}
	return instant(big.NewInt(at.UnixMicro()))
}
