package agg_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/spectest"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// TestSpec runs the scripts of spec/agg; README.md there describes them.
func TestSpec(t *testing.T) {
	t.Parallel()
	spectest.RunLines(t, "../spec/agg", 160, func(t *testing.T, call string) string { return answer(t, strings.Fields(call)) })
}

// answer executes one call and returns its result as a script writes it.
func answer(t *testing.T, w []string) string {
	t.Helper()
	switch w[0] {
	case "window":
		v := window(t, w[2:]).Bounds(instant(t, w[1]))
		if v.End < v.Start {
			return "empty"
		}
		return strconv.FormatInt(int64(v.Start), 10) + " " + strconv.FormatInt(int64(v.End), 10)
	case "counts":
		return strconv.FormatBool(window(t, w[3:]).Bounds(instant(t, w[2])).Contains(instant(t, w[1])))
	case "hop":
		return eventtime.DefaultHop(duration(t, w[1])).String()
	}
	s, rows := scriptSpec(t, w)
	if _, err := s.Result(); err != nil {
		return "error " + errs.CodeOf(err).String()
	}
	return agreed(t, s, rows)
}

// scriptSpec reads FUNCTION TYPE [n=N] ROW…, and leaves nulls out.
func scriptSpec(t *testing.T, w []string) (agg.Spec, []row) {
	t.Helper()
	s := agg.Spec{Function: agg.Function(w[0])}
	if w[1] != "-" {
		typ, err := value.ParseType(w[1])
		if err != nil {
			t.Fatal(err)
		}
		s.Input = typ
	}
	w = w[2:]
	if len(w) > 0 && strings.HasPrefix(w[0], "n=") {
		s.N, _ = strconv.Atoi(w[0][2:])
		w = w[1:]
	}
	var rows []row
	for i, word := range w {
		if r := scriptRow(t, s.Input, int64(i), word); !r.v.IsNull() {
			rows = append(rows, r)
		}
	}
	return s, rows
}

// agreed returns the result of rows, in which all ways to it must agree: forwards, backwards, read back, and merged from
// every two parts.
func agreed(t *testing.T, s agg.Spec, rows []row) string {
	t.Helper()
	whole := stateOf(t, s, rows)
	back := slices.Clone(rows)
	slices.Reverse(back)
	checkSame(t, stateOf(t, s, back), whole, "backwards")
	read, _, err := s.Parse(whole.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	checkSame(t, read, whole, "read back")
	for i := range rows {
		checkSame(t, merged(t, s, stateOf(t, s, rows[i:]), stateOf(t, s, rows[:i])), whole, "merged")
	}
	v, err := whole.Final()
	if err != nil {
		return "error " + errs.CodeOf(err).String()
	}
	return written(v)
}

// written returns a result as a script writes it: JSON, but for floats.
func written(v value.Value) string {
	switch v.Kind() {
	case value.Float32, value.Float64:
		size := 64
		if v.Kind() == value.Float32 {
			size = 32
		}
		return strings.TrimPrefix(strings.Replace(strconv.FormatFloat(v.Float(), 'g', -1, size), "Inf", "Infinity", 1), "+")
	case value.Array:
		parts := make([]string, len(v.List()))
		for i, p := range v.List() {
			parts[i] = written(p)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return string(jsonvalue.AppendOwn(nil, v))
}

var placed = regexp.MustCompile(`^(-?\d+)(?:/(\d+))?(?:\*(\d+))?(?:#(\d+))?:(.*)$`)

// scriptRow reads [EVENT[/CREATED][*RANK][#POSITION]:]VALUE.
func scriptRow(t *testing.T, in value.Type, position int64, word string) row {
	t.Helper()
	r := row{at: agg.Order{Created: eventtime.None, Position: position}}
	if m := placed.FindStringSubmatch(word); m != nil {
		r.at.Event, word = instant(t, m[1]), m[5]
		if m[2] != "" {
			r.at.Created = instant(t, m[2])
		}
		if m[3] != "" {
			r.at.Rank = []value.Value{value.OfInt64(int64(instant(t, m[3])))}
		}
		if m[4] != "" {
			r.at.Position = int64(instant(t, m[4]))
		}
	}
	if in.IsZero() {
		r.v = value.OfBool(true)
		return r
	}
	var err error
	if json.Valid([]byte(word)) {
		r.v, err = jsonvalue.Parse([]byte(word), in)
	} else {
		r.v, err = jsonvalue.ParseText(word, in)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func instant(t *testing.T, text string) eventtime.Instant {
	t.Helper()
	switch text {
	case "min":
		return eventtime.Min
	case "max":
		return eventtime.Max
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return eventtime.Instant(n)
}

func duration(t *testing.T, text string) eventtime.Duration {
	t.Helper()
	if text == "lifetime" {
		return 0
	}
	d, err := eventtime.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// window reads LENGTH [offset=LENGTH] [hop=LENGTH].
func window(t *testing.T, w []string) eventtime.Window {
	t.Helper()
	out := eventtime.Window{Length: duration(t, w[0])}
	for _, option := range w[1:] {
		name, text, _ := strings.Cut(option, "=")
		switch name {
		case "offset":
			out.Offset = duration(t, text)
		case "hop":
			out.Hop = duration(t, text)
		default:
			t.Fatalf("what is %q?", option)
		}
	}
	return out
}
