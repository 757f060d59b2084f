package screen

import (
	"bytes"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
)

func sampleTable() *Table {
	tb := &Table{Columns: Columns("NAME", "MATERIALIZED TO", ">ROWS")}
	tb.Add("user_transaction_features", "2026-11-25 03:54:59", "15,758")
	tb.Add("short", "-", "0")
	return tb
}

func TestTableFitsEveryWidth(t *testing.T) {
	t.Parallel()
	for _, width := range []int{0, 20, 24, 30, 36, 40, 60, 80, 200} {
		term := &Terminal{Width: width, Unicode: true}
		for _, line := range strings.Split(term.Render(sampleTable()), "\n") {
			if width > 0 && len(line) > width {
				t.Errorf("at width %d: line of %d columns %q", width, len(line), line)
			}
		}
	}
}

func TestNarrowTableBreaksAtWordsButNeverANameOfTheFirstColumn(t *testing.T) {
	t.Parallel()
	got := (&Terminal{Width: 50}).Render(sampleTable())
	want := "NAME                       MATERIALIZED    ROWS\n" +
		"                           TO\n" +
		"user_transaction_features  2026-11-25    15,758\n" +
		"                           03:54:59\n" +
		"short                      -                  0\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestOptionalColumnsGoFromTheRightAndStayInCSV(t *testing.T) {
	t.Parallel()
	tb := &Table{Columns: Columns("NAME", "?FIRST", "KEPT", "?>SECOND")}
	tb.Add("a_name", "12345", "678", "90")
	for width, want := range map[int]string{
		27: "NAME    FIRST  KEPT  SECOND\n",
		25: "NAME    FIRST  KEPT\n",
		18: "NAME    KEPT\n",
	} {
		got := (&Terminal{Width: width}).Render(tb)
		if !strings.HasPrefix(got, want) {
			t.Errorf("at width %d: got\n%swant\n%s", width, got, want)
		}
	}
	var out bytes.Buffer
	if err := (&Terminal{Out: &out, Width: 18}).Print(AsCSV, &Answer{Table: tb}); err != nil || out.String() != "NAME,FIRST,KEPT,SECOND\na_name,12345,678,90\n" {
		t.Errorf("CSV: %q, %v", out.String(), err)
	}
}

func TestTooNarrowTableBecomesRecords(t *testing.T) {
	t.Parallel()
	got := (&Terminal{Width: 20}).Render(sampleTable())
	if !strings.Contains(got, "ROWS: 15,758\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestBadInput_14_plain_without_colour(t *testing.T) {
	t.Parallel()
	for name, env := range map[string]map[string]string{
		"NO_COLOR":  {"NO_COLOR": "1"},
		"dumb":      {"TERM": "dumb"},
		"width 0":   {"COLUMNS": "0"},
		"width 20":  {"COLUMNS": "20"},
		"no number": {"COLUMNS": "wide"},
	} {
		var out bytes.Buffer
		term := Detect(&out, func(k string) (string, bool) { v, ok := env[k]; return v, ok })
		text := term.Render(sampleTable()) + term.Fault(errs.New(errs.NotFound, "unknown feature view %q", "x"))
		if strings.Contains(text, "\x1b") {
			t.Errorf("%s: escape sequences in %q", name, text)
		}
	}
}

func TestBadInput_15_ascii_without_utf8(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]bool{"C": false, "POSIX": false, "de_DE.ISO-8859-1": false, "en_US.UTF-8": true, "C.utf8": true, "": true} {
		term := Detect(&bytes.Buffer{}, func(k string) (string, bool) { return locale, k == "LC_ALL" })
		if term.Unicode != want {
			t.Errorf("LC_ALL=%q: unicode is %t, want %t", locale, term.Unicode, want)
		}
		got := term.Warning(errs.New(errs.OK, "a → b ≤ c"))
		if ascii := strings.IndexFunc(got, func(r rune) bool { return r > 127 }) < 0; ascii == want {
			t.Errorf("LC_ALL=%q: got %q", locale, got)
		}
	}
}

func TestFaultPointsAtThePlace(t *testing.T) {
	t.Parallel()
	e := errs.New(errs.NotFound, "unknown feature %q in view %q", "transaction_cnt_7d", "user_transaction_features").WithID("T0012").
		WithHint("did you mean transaction_count_7d?").At(errs.Position{File: "features/services.yaml", Line: 7, Column: 33})
	e.Excerpt, e.Width = "    - user_transaction_features:transaction_cnt_7d", 18
	got := (&Terminal{Unicode: true}).Fault(e)
	want := `error[T0012]: unknown feature "transaction_cnt_7d" in view "user_transaction_features"
  --> features/services.yaml:7:33
   |  - user_transaction_features:transaction_cnt_7d
   |                              ^^^^^^^^^^^^^^^^^^ did you mean transaction_count_7d?
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestFaultShowsEveryFaultAndCounts(t *testing.T) {
	t.Parallel()
	var l errs.List
	l.Add(errs.New(errs.InvalidArgument, "first").WithID("T1"))
	l.Add(errs.New(errs.InvalidArgument, "second\x1b[31m").WithID("T2").WithHint("do\nthis"))
	got := (&Terminal{Unicode: true}).Fault(l.Err())
	want := "error[T1]: first\n\nerror[T2]: second\uFFFD[31m\n  hint: do\n        this\n\n2 faults\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnswerInEveryFormat(t *testing.T) {
	t.Parallel()
	tb := &Table{Columns: Columns("NAME", ">N")}
	tb.AddCells(Cell{Text: "a,b"}, Cell{Text: "1,000", Machine: "1000"})
	a := &Answer{Table: tb, Names: []string{"a,b"}, Value: map[string]any{"count": 1000, "s": "<"}}
	for f, want := range map[Format]string{
		AsTable: "NAME      N\na,b   1,000\n",
		AsCSV:   "NAME,N\n\"a,b\",1000\n",
		AsName:  "a,b\n",
		AsJSON:  "{\n  \"count\": 1000,\n  \"s\": \"<\"\n}\n",
		AsYAML:  "count: 1000\ns: <\n",
	} {
		var out bytes.Buffer
		if err := (&Terminal{Out: &out}).Print(f, a); err != nil || out.String() != want {
			t.Errorf("%s: got %q and error %v, want %q", f, out.String(), err, want)
		}
	}
	if err := (&Terminal{Out: &bytes.Buffer{}}).Print(AsCSV, &Answer{Value: 1}); errs.CodeOf(err) != errs.Usage {
		t.Errorf("an answer without a table as CSV: got %v", err)
	}
}
