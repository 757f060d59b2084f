package expr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

// fields are the columns of the tests of Compile.
var fields = []value.Field{
	{Name: "a", Type: value.Scalar(value.Int64)}, {Name: "small", Type: value.Scalar(value.Int32)},
	{Name: "amount", Type: value.Scalar(value.Float64)}, {Name: "ratio", Type: value.Scalar(value.Float32)},
	{Name: "name", Type: value.Scalar(value.String)}, {Name: "ok", Type: value.Scalar(value.Bool)},
	{Name: "at", Type: value.Scalar(value.UnixTimestamp)}, {Name: "born", Type: value.Scalar(value.Date)},
	{Name: "tags", Type: value.ArrayOf(value.Scalar(value.String))}, {Name: "view.x", Type: value.Scalar(value.Int64)},
	{Name: "two words", Type: value.Scalar(value.Int64)}, {Name: "package", Type: value.Scalar(value.Int64)},
}

func TestCompilePointsAtTheFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ source, id, at, width, text string }{
		{"amont / 2", "T1102", "1:1", "amont", "did you mean amount?"},
		{"a +\n  amont", "T1102", "2:3", "amont", `unknown column "amont"`},
		{"a + view.y", "T1102", "1:5", "view.y", "did you mean view.x?"},
		{"a // note", "T1102", "1:6", "note", "unknown column"},
		{"'é' + uper(name)", "T1103", "1:7", "uper", "did you mean upper?"},
		{"name.uper()", "T1103", "1:6", "uper", "did you mean upper?"},
		{"If(ok, 1, 2)", "T1103", "1:1", "If", "did you mean if?"},
		{"a + name", "T1104", "1:3", "+", "+ does not take (Int, String)"},
		{"a // name", "T1104", "1:3", "//", "// does not take"},
		{"if(a, 1, 2)", "T1104", "1:1", "if", "if does not take (Int, Int, Int)"},
		{"1 +", "T1101", "1:4", "+", "<EOF>"},
		{"(a", "T1101", "1:3", "(", "expected ')'"},
		{"package", "T1101", "1:1", "p", "reserved"},
		{"'abc", "T1101", "1:1", "'", ""},
		{"[1, 2]", "T1108", "1:1", "[", "behind in"},
		{"a in [1, a]", "T1108", "1:10", "a", "literal"},
		{"a in []", "T1104", "1:3", "in", "in does not take"},
		{"{1: 2}", "T1108", "1:1", "{", "maps"},
		{"1u", "T1108", "1:1", "1u", "unsigned"},
		{"b'x'", "T1108", "1:1", "b'x'", "Bytes"},
		{"name[0]", "T1108", "1:5", "[", "index"},
		{"as_of", "T1102", "1:1", "as_of", "as_of"},
		{"matches(name, '(')", "T1107", "1:15", "'('", "missing closing"},
		{"matches(name, name)", "T1104", "1:1", "matches", "(String, literal)"},
		{"matches(name, '" + strings.Repeat("x", 1001) + "')", "T1105", "1:15", strings.Repeat("x", 1003), "1001 bytes"},
		{"matches(name, '(a{200}){200}')", "T1107", "1:15", "'(a{200}){200}'", "invalid repeat"},
		{"matches(name, '" + strings.Repeat("[ab]{900}", 9) + "')", "T1105", "1:15", strings.Repeat("x", 83), "steps"},
		{"year(at, 'Mars/Olympus')", "T0103", "1:10", "'Mars/Olympus'", "Mars/Olympus"},
		{"date_trunc('fortnight', at)", "T1107", "1:12", "'fortnight'", "fortnight"},
		{"at - duration('1M')", "", "1:15", "'1M'", "duration"},
		{"at - at", "T1106", "1:4", "-", "seconds"},
		{"null", "T1106", "1:1", "null", "declare a type"},
	} {
		_, err := expr.Compile(c.source, expr.Scope{Columns: fields}, value.Type{})
		var e *errs.Error
		if !errors.As(err, &e) {
			t.Errorf("%.40q: got %v, want an error", c.source, err)
			continue
		}
		at := fmt.Sprintf("%d:%d", e.Pos.Line, e.Pos.Column)
		if at != c.at || e.Width != len([]rune(c.width)) || c.id != "" && e.ID != c.id || e.ID == "" || e.Code != errs.InvalidArgument ||
			!strings.Contains(err.Error(), c.text) || e.Excerpt != strings.Split(c.source, "\n")[e.Pos.Line-1] {
			t.Errorf("%.40q: got %s %s width %d %q of %.40q, want %s %s width %d", c.source, e.ID, at, e.Width, err, e.Excerpt, c.id, c.at, len([]rune(c.width)))
		}
	}
}

func TestCompileKnowsTheSpellingsOfOtherLanguages(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"a = 1": "==", "a <> 1": "!=", "a == 1 and ok": "&&", "a == 1 AND ok": "&&", "a == 1 or ok": "||", "not ok": "!", "ok & ok": "&&",
		"a is null": "is_null", "name like 'x'": "contains", "case when ok then 1 end": "if(c, a, b)", "a ** 2": "pow", "a ^ 2": "pow", "True": "write true",
		"None": "write null", "name == “x”": "texts stand", "a # note": "no comments", "a in (1, 2)": "[ and ]", "a between 1 and 2": ">=",
	} {
		_, err := expr.Compile(source, expr.Scope{Columns: fields}, value.Type{})
		if all := errs.All(err); len(all) != 1 || !strings.Contains(all[0].Hint, want) {
			t.Errorf("%s: got %v, want a hint with %s", source, err, want)
		}
	}
}

func TestCompileFindsAllUnknownNames(t *testing.T) {
	t.Parallel()
	_, err := expr.Compile("x + y * z(1)", expr.Scope{Columns: fields}, value.Type{})
	if got := len(errs.All(err)); got != 3 {
		t.Errorf("got %d faults, want 3: %v", got, err)
	}
}

func TestCompileRefusesWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"bytes":  strings.Repeat(" ", expr.SourceSizeMax) + "1",
		"nodes":  "1" + strings.Repeat(" && true", expr.NodesMax),
		"depth":  strings.Repeat("(", expr.DepthMax+1) + "1" + strings.Repeat(")", expr.DepthMax+1),
		"sum":    "1" + strings.Repeat("+1", expr.DepthMax+1),
		"calls":  strings.Repeat("abs(", expr.DepthMax+1) + "1" + strings.Repeat(")", expr.DepthMax+1),
		"method": "a" + strings.Repeat(".abs()", expr.DepthMax+1),
	} {
		_, err := expr.Compile(source, expr.Scope{Columns: fields}, value.Type{})
		if all := errs.All(err); len(all) == 0 || all[0].ID != "T1105" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestTypesFollowTheOperands(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"small": "Int64", "small + a": "Int64", "a / a": "Float64", "a + ratio": "Float64", "ratio": "Float64", "a // 2": "Int64", "a % 2.0": "Float64",
		"ok ? 1 : 2.0": "Float64", "coalesce(null, name)": "String", "coalesce(born, at)": "UnixTimestamp", "born": "Date", "at + duration('1h')": "UnixTimestamp",
		"seconds(at - at)": "Float64", "tags": "Array(String)", "coalesce(tags, null)": "Array(String)", "`two words` + `package`": "Int64", "view.x": "Int64",
		"hour(born)": "Int64", "is_null(tags)": "Bool", "name < 'x'": "Bool",
	} {
		p, err := expr.Compile(source, expr.Scope{Columns: fields}, value.Type{})
		if err != nil || p.Type().String() != want {
			t.Errorf("%s: got %v, %v, want %s", source, p, err, want)
		}
	}
	for source, wants := range map[string]string{"a": "Int32 Int64 Float32 Float64", "amount": "Float32 Float64", "born": "Date UnixTimestamp", "tags": "Array(String)", "null": "Bool Json Array(Int64)"} {
		for _, want := range strings.Fields(wants) {
			to, err := value.ParseType(want)
			if err != nil {
				t.Fatal(err)
			}
			if p, err := expr.Compile(source, expr.Scope{Columns: fields}, to); err != nil || !p.Type().Equal(to) {
				t.Errorf("%s as %s: got %v, %v", source, want, p, err)
			}
		}
	}
	for source, want := range map[string]value.Kind{"amount": value.Int64, "at": value.Date, "name": value.Bytes, "ok": value.Int64, "a": value.Bool, "tags": value.String} {
		if _, err := expr.Compile(source, expr.Scope{Columns: fields}, value.Scalar(want)); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%s as %s: got %v", source, want, err)
		}
	}
}
