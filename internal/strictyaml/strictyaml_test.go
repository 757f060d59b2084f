package strictyaml_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/strictyaml"
)

// parse returns the documents of a text and all faults.
func parse(src string) ([]*strictyaml.Node, []*errs.Error) {
	chunks, err := strictyaml.Scan("f.yaml", []byte(src))
	faults := errs.All(err)
	var docs []*strictyaml.Node
	for i := range chunks {
		n, more := chunks[i].Parse()
		faults = append(faults, more...)
		if n != nil {
			docs = append(docs, n)
		}
	}
	return docs, faults
}

func TestScalarsKeepTheirText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		kind strictyaml.Kind
		text string
	}{
		"1": {strictyaml.Int, "1"}, "-7": {strictyaml.Int, "-7"}, "0": {strictyaml.Int, "0"}, "9007199254740993": {strictyaml.Int, "9007199254740993"},
		"1.50": {strictyaml.Float, "1.50"}, "1.5e3": {strictyaml.Float, "1.5e3"}, "1e3": {strictyaml.Float, "1e3"},
		"017": {strictyaml.Text, "017"}, "0o17": {strictyaml.Text, "0o17"}, "0x1F": {strictyaml.Text, "0x1F"}, "1_000": {strictyaml.Text, "1_000"}, "+1": {strictyaml.Text, "+1"},
		".inf": {strictyaml.Text, ".inf"}, ".nan": {strictyaml.Text, ".nan"}, "yes": {strictyaml.Text, "yes"}, "NO": {strictyaml.Text, "NO"}, "True": {strictyaml.Text, "True"},
		"true": {strictyaml.Bool, "true"}, "false": {strictyaml.Bool, "false"}, "~": {strictyaml.Null, ""}, "null": {strictyaml.Null, ""}, "": {strictyaml.Null, ""},
		"'1'": {strictyaml.Text, "1"}, `"true"`: {strictyaml.Text, "true"}, "''": {strictyaml.Text, ""}, "2024-01-01": {strictyaml.Text, "2024-01-01"},
		"a b": {strictyaml.Text, "a b"}, "|\n  a\n  b": {strictyaml.Text, "a\nb\n"}, "12:30": {strictyaml.Text, "12:30"},
	} {
		docs, faults := parse("k: " + text + "\n")
		if len(faults) > 0 || len(docs) != 1 {
			t.Errorf("%q: %v", text, faults)
			continue
		}
		if v := docs[0].Get("k"); v.Kind != want.kind || v.Kind != strictyaml.Null && v.Text != want.text {
			t.Errorf("%q: got %d %q, want %d %q", text, v.Kind, v.Text, want.kind, want.text)
		}
	}
}

func TestPlacesCountCharacters(t *testing.T) {
	t.Parallel()
	docs, faults := parse("# c\nä: [ö, {ü: x}]\n---\nb: 1\n--- # third\nc:\n  - d: e\n")
	if len(faults) > 0 || len(docs) != 3 {
		t.Fatal(len(docs), faults)
	}
	for _, c := range []struct {
		pos  errs.Position
		want string
	}{
		{docs[0].Get("ä").Items[1].Get("ü").Pos, "f.yaml:2:12"}, {docs[1].Get("b").Pos, "f.yaml:4:4"},
		{docs[2].Get("c").Items[0].Get("d").Pos, "f.yaml:7:8"}, {docs[2].Pos, "f.yaml:6:1"},
	} {
		if c.pos.String() != c.want {
			t.Errorf("got %s, want %s", c.pos, c.want)
		}
	}
	if p := docs[2].Positions()["c[0].d"]; p.String() != "f.yaml:7:8" {
		t.Errorf("Positions: got %s", p)
	}
}

func TestAliasesAndMergesAreResolved(t *testing.T) {
	t.Parallel()
	docs, faults := parse("a: &x {p: 1, q: 2}\nb: *x\nc:\n  <<: *x\n  q: 3\n")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if got := docs[0].JSON(); got != `{"a":{"p":1,"q":2},"b":{"p":1,"q":2},"c":{"q":3,"p":1}}` {
		t.Errorf("got %s", got)
	}
}

func TestSyntaxFaultsOfOneDocumentLeaveTheOthers(t *testing.T) {
	t.Parallel()
	docs, faults := parse("a: 1\n---\nb: [\n---\nc: d: e\n---\nf: 2\n")
	if len(docs) != 2 || len(faults) != 2 || faults[0].Pos.Line < 3 || faults[1].Pos.Line != 5 {
		t.Errorf("got %d documents, %v", len(docs), faults)
	}
}

func TestBadInput_16_tab_indentation_names_line_and_column(t *testing.T) {
	t.Parallel()
	_, faults := parse("a: 1\nb:\n  c:\n \td: 1\n")
	if len(faults) != 1 || faults[0].Pos.String() != "f.yaml:4:2" || !strings.Contains(faults[0].Message, "tab") {
		t.Errorf("got %v", faults)
	}
}

func TestBadInput_17_duplicate_key_names_both_lines(t *testing.T) {
	t.Parallel()
	_, faults := parse("a: 1\nb: 2\na: 3\nc: {d: 1, d: 2}\n")
	if len(faults) != 2 || faults[0].Pos.String() != "f.yaml:3:1" || !strings.Contains(faults[0].Message, "first on line 1") || faults[1].Pos.Line != 4 {
		t.Errorf("got %v", faults)
	}
}

// TestBadInput_25_bombs_are_refused_quickly: the limit is generous, because machines that run tests are busy.
func TestBadInput_25_bombs_are_refused_quickly(t *testing.T) {
	t.Parallel()
	laughs := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i, c := range "bcdefghij" {
		prev := string(c - 1)
		if i == 0 {
			prev = "a"
		}
		laughs += string(c) + "0: &" + string(c) + "0 [" + strings.TrimSuffix(strings.Repeat("*"+prev+"0, ", 9), ", ") + "]\n"
	}
	block := ""
	for i := range 3000 {
		block += strings.Repeat(" ", i) + "a:\n"
	}
	for name, src := range map[string]string{
		"an anchor bomb":              laughs,
		"an alias cycle":              "a: &a\n  b: [*a]\n",
		"10,000 brackets":             "a: " + strings.Repeat("[", 10_000),
		"10,000 braces":               "a: " + strings.Repeat("{b: ", 10_000),
		"10,000 closed brackets":      "a: " + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000),
		"10,000 dashes":               strings.Repeat("- ", 10_000) + "a",
		"10,000 question marks":       strings.Repeat("? ", 10_000) + "a",
		"3,000 levels of indentation": block,
		"150 levels":                  "a: " + strings.Repeat("[", 150) + strings.Repeat("]", 150),
		"a file above the limit":      strings.Repeat("a", strictyaml.BytesMax+1),
	} {
		begin := time.Now()
		if docs, faults := parse(src); len(faults) == 0 {
			t.Errorf("%s was read: %d documents", name, len(docs))
		}
		if d := time.Since(begin); d > 2*time.Second {
			t.Errorf("%s took %s", name, d)
		}
	}
}

func TestBadInput_25_a_50_MB_file_is_refused_unread(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "big.yaml")
	f, err := os.Create(path)
	if err == nil {
		err = f.Truncate(50 << 20)
	}
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := strictyaml.ReadFile(path); errs.CodeOf(err) != errs.ResourceExhausted {
		t.Errorf("got %v, want resource_exhausted", err)
	}
}

func TestBadInput_26_encodings(t *testing.T) {
	t.Parallel()
	docs, faults := parse("\xef\xbb\xbfa: 1\r\nb: [x]\r\n")
	if len(faults) > 0 || docs[0].Get("b").Items[0].Text != "x" || docs[0].Get("a").Pos.String() != "f.yaml:1:4" {
		t.Errorf("BOM and CRLF are fine, got %v", faults)
	}
	for src, want := range map[string]struct{ place, part string }{
		"\xff\xfea\x00":         {"f.yaml:1:1", "UTF-16, found at byte offset 0"},
		"\xfe\xff\x00a":         {"f.yaml:1:1", "UTF-16"},
		"a: b\nä: x\xff\n":      {"f.yaml:2:5", "invalid UTF-8 at byte offset 10"},
		"a: \xed\xa0\x80\n":     {"f.yaml:1:4", "invalid UTF-8 at byte offset 3"},
		"a: b\x00\n":            {"f.yaml:1:5", "control character 0x00 at byte offset 4"},
		"a: 1\nb: \"\x1b[31m\"": {"f.yaml:2:5", "control character 0x1B"},
	} {
		_, faults := parse(src)
		if len(faults) != 1 || faults[0].Pos.String() != want.place || !strings.Contains(faults[0].Message, want.part) {
			t.Errorf("%q: got %v, want %s %s", src, faults, want.place, want.part)
		}
	}
}

func TestAnnotate(t *testing.T) {
	t.Parallel()
	src := []byte("\xef\xbb\xbfname: \"a b\"\r\nkey: value # c\n")
	faults := []*errs.Error{
		errs.New(errs.InvalidArgument, "x").At(errs.Position{File: "f", Line: 1, Column: 7}),
		errs.New(errs.InvalidArgument, "x").At(errs.Position{File: "f", Line: 2, Column: 6}),
		errs.New(errs.InvalidArgument, "x").At(errs.Position{File: "f", Line: 9, Column: 1}),
		errs.New(errs.InvalidArgument, "x").At(errs.Position{File: "other", Line: 1, Column: 1}),
	}
	strictyaml.Sources{"f": src}.Annotate(faults, strings.ToUpper)
	if e := faults[0]; e.Excerpt != `NAME: "A B"` || e.Width != 5 {
		t.Errorf("got %q %d", e.Excerpt, e.Width)
	}
	if e := faults[1]; e.Excerpt != "KEY: VALUE # C" || e.Width != 5 {
		t.Errorf("got %q %d", e.Excerpt, e.Width)
	}
	if faults[2].Excerpt != "" || faults[3].Excerpt != "" {
		t.Error("places that do not exist have no excerpt")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "kind: Entity\nname: a\n", "a: [1, {b: c}]\n---\n- x\n", "a: &x {p: 1}\nb: *x\n<<: *x\n", "a: |\n  b\n", "? a\n: b\n", "%YAML 1.2\n---\na\n",
		"a: 'x''y'\n", "\xef\xbb\xbfa: 1\r\n", "a:\n\tb\n", "- - - a\n", "a: !!int 1\n", "{a: 1, a: 2}", "--- a\n...\n--- b\n", "a: \"\\u00e4\\x00\"\n",
		"0: \r\r0",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 4096 {
			return
		}
		chunks, err := strictyaml.Scan("f", src)
		if err != nil {
			return
		}
		lines := bytes.Count(src, []byte("\n")) + 1
		for i := range chunks {
			n, faults := chunks[i].Parse()
			for _, e := range faults {
				if e.Pos.Line < 1 || e.Pos.Line > lines+1 || e.Message == "" {
					t.Errorf("fault at %s of %d lines: %s", e.Pos, lines, e.Message)
				}
			}
			if n == nil {
				continue
			}
			for path, p := range n.Positions() {
				if p.Line < 1 || p.Line > lines+1 {
					t.Errorf("%s stands at %s of %d lines", path, p, lines)
				}
			}
			_ = n.JSON()
		}
	})
}
