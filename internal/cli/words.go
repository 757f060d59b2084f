package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// short returns an instant in as few characters as it needs for people: no T, no Z, no seconds that
// are zero, no fraction.
func short(i eventtime.Instant) string {
	if i == eventtime.None || i == eventtime.Min {
		return "-"
	}
	s := strings.TrimSuffix(strings.Replace(eventtime.Floor(i, eventtime.Second).String(), "T", " ", 1), "Z")
	s = strings.TrimSuffix(s, ":00")
	return strings.TrimSuffix(s, " 00:00")
}

// minute returns an instant like short, to the minute.
func minute(i eventtime.Instant) string {
	if i == eventtime.None || i == eventtime.Min {
		return "-"
	}
	return short(eventtime.Floor(i, eventtime.Minute))
}

// count returns n with thousands separated by commas.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// size returns a number of bytes in the unit that people read.
func size(bytes int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	f, u := float64(bytes), 0
	for f >= 1024 && u < len(units)-1 {
		f, u = f/1024, u+1
	}
	if u == 0 {
		return fmt.Sprintf("%d B", bytes)
	}
	return fmt.Sprintf("%.1f %s", f, units[u])
}

// length returns a duration in its two greatest units; below a minute in seconds with two digits.
func length(d eventtime.Duration) string {
	switch {
	case d < 0:
		return "-" + length(-d)
	case d == 0:
		return "0s"
	case d < eventtime.Second:
		return fmt.Sprintf("%dms", d/eventtime.Millisecond)
	case d < eventtime.Minute:
		return fmt.Sprintf("%.1fs", float64(d)/float64(eventtime.Second))
	case d < eventtime.Hour:
		return fmt.Sprintf("%dm%02ds", d/eventtime.Minute, d%eventtime.Minute/eventtime.Second)
	case d < 2*eventtime.Day:
		return fmt.Sprintf("%dh%02dm", d/eventtime.Hour, d%eventtime.Hour/eventtime.Minute)
	}
	return fmt.Sprintf("%dd", d/eventtime.Day)
}

// cellText returns a value for people: texts as they are, a Float32 in its own shortest form, the rest as in JSON.
func cellText(v value.Value) string {
	switch v.Kind() {
	case value.String:
		return v.Text()
	case value.UnixTimestamp:
		return v.Instant().String()
	case value.Float32:
		return strconv.FormatFloat(v.Float(), 'g', -1, 32)
	}
	return string(jsonvalue.AppendOwn(nil, v))
}

// The cells below show people the short form, and CSV the whole value: RFC 3339, plain numbers, bytes, a duration with
// its unit.

func minuteCell(i eventtime.Instant) screen.Cell {
	if i == eventtime.None {
		return screen.Cell{Text: minute(i)}
	}
	return screen.Cell{Text: minute(i), Machine: i.String()}
}

func countCell(n int64) screen.Cell {
	return screen.Cell{Text: count(n), Machine: strconv.FormatInt(n, 10)}
}

func sizeCell(bytes int64) screen.Cell {
	return screen.Cell{Text: size(bytes), Machine: strconv.FormatInt(bytes, 10)}
}

func lengthCell(d eventtime.Duration) screen.Cell {
	return screen.Cell{Text: length(d), Machine: wholeText(d)}
}

// wholeText returns d in milliseconds, and from a minute on in whole seconds.
func wholeText(d eventtime.Duration) string {
	if d >= eventtime.Minute {
		return (d - d%eventtime.Second).String()
	}
	return (d - d%eventtime.Millisecond).String()
}

// raw returns a value as a JSON token.
func raw(v value.Value) []byte { return jsonvalue.AppendOwn(nil, v) }
