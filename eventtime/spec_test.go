package eventtime_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/spectest"
)

// TestSpec runs the scripts of spec/time; README.md there describes them.
func TestSpec(t *testing.T) {
	t.Parallel()
	spectest.RunLines(t, "../spec/time", 25, func(t *testing.T, call string) string { return run(t, words(t, call)) })
}

// words splits at blanks outside of JSON strings.
func words(t *testing.T, s string) []string {
	t.Helper()
	var out []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		if s[0] != '"' {
			w, rest, _ := strings.Cut(s, " ")
			out, s = append(out, w), rest
			continue
		}
		d := json.NewDecoder(strings.NewReader(s))
		var w string
		if err := d.Decode(&w); err != nil {
			t.Fatal(err)
		}
		out, s = append(out, w), s[d.InputOffset():]
	}
	return out
}

// run executes one call and returns its result as a script writes it.
func run(t *testing.T, w []string) string {
	t.Helper()
	number := func(text string) int64 {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	result := func(n int64, err error) string {
		if err != nil {
			return "error " + errs.CodeOf(err).String()
		}
		return strconv.FormatInt(n, 10)
	}
	switch w[0] {
	case "parse":
		zone := strings.Join(w[2:], "")
		loc, err := eventtime.LoadLocation(zone)
		if err != nil {
			return result(0, err)
		}
		i, err := eventtime.Parse(w[1], loc)
		return result(int64(i), err)
	case "unit", "event", "hint":
		u, err := eventtime.Unit(""), error(nil)
		if w[2] != "" {
			u, err = eventtime.ParseUnit(w[2])
		}
		n := number(w[1])
		i, read := eventtime.Instant(0), eventtime.MomentFromUnit
		if w[0] == "unit" {
			read = eventtime.FromUnit
		}
		if err == nil {
			i, err = read(n, u)
		}
		if w[0] == "hint" {
			return hinted(err)
		}
		return result(int64(i), err)
	case "floor":
		step, err := eventtime.ParseDuration(w[2])
		return result(int64(eventtime.Floor(eventtime.Instant(number(w[1])), step)), err)
	case "duration":
		d, err := eventtime.ParseDuration(w[1])
		return result(int64(d), err)
	case "shortest":
		d, err := eventtime.ParseDuration(w[1])
		if err != nil {
			return result(0, err)
		}
		return d.String()
	}
	t.Fatalf("unknown operation %q", w[0])
	return ""
}

// hinted returns the unit that an error names as probable.
func hinted(err error) string {
	_, after, ok := strings.Cut(fmt.Sprint(err), "it is probably ")
	if !ok {
		return "none"
	}
	return strings.Fields(after)[0]
}
