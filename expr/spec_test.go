package expr_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

// A script is one case of spec/expr; README.md there describes the lines.
type script struct {
	at      string // file and line
	name    string
	exprs   []string
	want    value.Type
	columns []value.Field
	rows    [][]string // inputs, then the result
	refused string     // id, place and text
}

// TestSpec runs the scripts of spec/expr, every table as one batch and row by row.
func TestSpec(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../spec/expr/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	cases, seen := 0, map[string]bool{}
	for _, f := range files {
		for _, s := range readScripts(t, f) {
			if cases++; seen[s.name] {
				t.Errorf("%s: a second case %q", s.at, s.name)
			}
			seen[s.name] = true
			for _, source := range s.exprs {
				t.Run(filepath.Base(f)+"/"+s.name, func(t *testing.T) {
					t.Parallel()
					s.run(t, source)
				})
			}
		}
	}
	if cases < 50 {
		t.Errorf("only %d cases", cases)
	}
}

func readScripts(t *testing.T, file string) []*script {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []*script
	var s *script
	for n, line := range strings.Split(string(data), "\n") {
		at := fmt.Sprintf("%s:%d", filepath.Base(file), n+1)
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || word == "#":
		case word == "case":
			s = &script{at: at, name: rest}
			all = append(all, s)
		case s == nil:
			t.Fatalf("%s: a line before the first case", at)
		case word == "expr":
			s.exprs = append(s.exprs, rest)
		case word == "type":
			s.want = parseType(t, rest)
		case word == "cols":
			for _, c := range strings.Fields(rest) {
				name, typ, _ := strings.Cut(c, ":")
				s.columns = append(s.columns, value.Field{Name: name, Type: parseType(t, typ)})
			}
		case word == "refused":
			s.refused = rest
		case word == "":
			row := scriptWords(t, at, line)
			if len(row) != len(s.columns)+2 || row[len(row)-2] != "=" {
				t.Fatalf("%s: want %d inputs, = and a result", at, len(s.columns))
			}
			s.rows = append(s.rows, append(row[:len(row)-2], row[len(row)-1]))
		default:
			t.Fatalf("%s: unknown line %q", at, line)
		}
	}
	for _, s := range all {
		if len(s.exprs) == 0 || (len(s.rows) == 0) == (s.refused == "") {
			t.Fatalf("%s: %s: want expr, and rows or refused", s.at, s.name)
		}
	}
	return all
}

func parseType(t *testing.T, text string) value.Type {
	t.Helper()
	typ, err := value.ParseType(text)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}

// scriptWords splits at blanks outside of quotes, which stay.
func scriptWords(t *testing.T, at, s string) []string {
	t.Helper()
	var out []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		w, err := strconv.QuotedPrefix(s)
		if s[0] != '"' {
			w, _, _ = strings.Cut(s, " ")
		} else if err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		out, s = append(out, w), s[len(w):]
	}
	return out
}

// scriptValue returns the value of type to that a word stands for.
func scriptValue(t *testing.T, word string, to value.Type) value.Value {
	t.Helper()
	v, err := value.Value{}, error(nil)
	switch {
	case word == "null":
	case word[0] == '"':
		var s string
		s, err = strconv.Unquote(word)
		v = value.OfString(s)
	case to.Kind == value.Bool:
		v = value.OfBool(word == "true")
	case to.Kind == value.Int32 || to.Kind == value.Int64:
		var n int64
		n, err = strconv.ParseInt(word, 10, 64)
		v = value.OfInt64(n)
	case to.Kind == value.Float32 || to.Kind == value.Float64:
		var f float64
		f, err = strconv.ParseFloat(word, 64)
		v = value.OfFloat64(f)
	default:
		v = value.OfString(word)
	}
	if err == nil {
		v, err = value.Convert(v, to)
	}
	if err != nil {
		t.Fatalf("%s as %s: %v", word, to, err)
	}
	return v
}

func (s *script) run(t *testing.T, source string) {
	scope := expr.Scope{}
	for _, c := range s.columns {
		if c.Name == "as_of" {
			scope.AsOf = true
			continue
		}
		scope.Columns = append(scope.Columns, c)
	}
	p, err := expr.Compile(source, scope, s.want)
	if s.refused != "" {
		s.checkRefusal(t, err)
		return
	}
	if err != nil {
		t.Fatalf("%s: %s: %v", s.at, source, err)
	}
	s.evalRows(t, p, 0, len(s.rows))
	for i := range s.rows {
		s.evalRows(t, p, i, i+1)
	}
}

func (s *script) checkRefusal(t *testing.T, err error) {
	w := strings.SplitN(s.refused, " ", 3)
	all := errs.All(err)
	if len(all) == 0 {
		t.Fatalf("%s: it compiles, want %s", s.at, s.refused)
	}
	if got := fmt.Sprintf("%d:%d", all[0].Pos.Line, all[0].Pos.Column); all[0].ID != w[0] || got != w[1] || !strings.Contains(all[0].Error(), w[2]) {
		t.Errorf("%s: got %s %s %v, want %s", s.at, all[0].ID, got, err, s.refused)
	}
}

// evalRows evaluates rows lo ≤ i < hi and compares.
func (s *script) evalRows(t *testing.T, p *expr.Program, lo, hi int) {
	batch, asOf := value.Batch{}, []eventtime.Instant(nil)
	for j, f := range s.columns {
		c := value.NewColumn(f.Type, hi-lo)
		for _, row := range s.rows[lo:hi] {
			c.Append(scriptValue(t, row[j], f.Type))
		}
		batch.Add(f.Name, c)
		if f.Name == "as_of" {
			for i := range hi - lo {
				asOf = append(asOf, c.Instant(i))
			}
		}
	}
	got, faults, err := p.Eval(t.Context(), inputs(p, &batch), asOf, hi-lo)
	if err != nil {
		t.Fatalf("%s: %v", s.at, err)
	}
	failed := map[int]bool{}
	for _, f := range faults {
		if failed[f.Row] = true; f.Reason == "" || !got.Null(f.Row) {
			t.Errorf("%s: row %d: an ERROR cell without reason or with a value: %+v", s.at, f.Row, f)
		}
	}
	for i, row := range s.rows[lo:hi] {
		word := row[len(row)-1]
		if failed[i] || word == "error" {
			if failed[i] != (word == "error") {
				t.Errorf("%s: %s of %v: got error %v %s, want %s", s.at, p, row[:len(row)-1], failed[i], show(got.At(i)), word)
			}
			continue
		}
		if want := scriptValue(t, word, p.Type()); !alike(got.At(i), want) {
			t.Errorf("%s: %s of %v: got %s, want %s", s.at, p, row[:len(row)-1], show(got.At(i)), word)
		}
	}
}

// inputs returns the columns that p takes.
func inputs(p *expr.Program, b *value.Batch) []*value.Column {
	var out []*value.Column
	for _, name := range p.Inputs() {
		out = append(out, b.Column(name))
	}
	return out
}

// alike reports whether two values are the same bits, or both NaN.
func alike(a, b value.Value) bool {
	isFloat := a.Kind() == value.Float64 || a.Kind() == value.Float32
	if isFloat && a.Kind() == b.Kind() && math.IsNaN(a.Float()) && math.IsNaN(b.Float()) {
		return true
	}
	return a.Identical(b)
}

// show writes a value for a message.
func show(v value.Value) string {
	switch v.Kind() {
	case value.Null:
		return "null"
	case value.Float32, value.Float64:
		return fmt.Sprintf("%v (%x)", v.Float(), math.Float64bits(v.Float()))
	case value.String:
		return strconv.Quote(v.Text())
	case value.UnixTimestamp:
		if v.Instant().Valid() {
			return v.Instant().String()
		}
	}
	return strconv.FormatInt(v.Int(), 10)
}
