package arch_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fileLinesMax is the hard limit on the length of a file; aim at 80 to 250 lines.
const fileLinesMax = 800

// functionLinesMax is the hard limit on the length of a function; aim at a screen, 60 lines.
const functionLinesMax = 100

// longFiles lists files that may be longer, each with its reason.
var longFiles = map[string]string{}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.lines > fileLinesMax && longFiles[s.path] == "" {
			t.Errorf("%s has %d lines, more than %d: one idea per file", s.path, s.lines, fileLinesMax)
		}
	}
}

func TestFunctionsFitAScreen(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			first, last := s.fset.Position(f.Pos()), s.fset.Position(f.End())
			if n := last.Line - first.Line + 1; n > functionLinesMax {
				t.Errorf("%s:%d: %s has %d lines, more than %d", s.path, first.Line, f.Name.Name, n, functionLinesMax)
			}
		}
	}
}

func TestEveryPackageHasADocComment(t *testing.T) {
	t.Parallel()
	documented, seen := map[string]bool{}, map[string]string{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		seen[s.pkg] = s.path
		if s.file.Doc != nil && len(strings.TrimSpace(s.file.Doc.Text())) > 20 {
			documented[s.pkg] = true
		}
	}
	for pkg, example := range seen {
		if !documented[pkg] {
			t.Errorf("package %s (%s) has no doc comment that a newcomer could start from", pkg, example)
		}
	}
}

func TestNoClockBelowTheEdges(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test || testOnly(s.pkg) || rank(s.pkg) == edge {
			continue
		}
		for _, name := range []string{"Now", "Since", "Until"} {
			for _, p := range calls(s, "time", name) {
				t.Errorf("%s:%d: time.%s below the edges; take an eventtime.Clock or Instant", s.path, p.Line, name)
			}
		}
	}
}

func TestNoSleepInTests(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if !s.test && !testOnly(s.pkg) {
			continue
		}
		for _, p := range calls(s, "time", "Sleep") {
			t.Errorf("%s:%d: time.Sleep in a test; wait for the event itself", s.path, p.Line)
		}
	}
}

func TestNoInitAndNoOpenTasks(t *testing.T) {
	t.Parallel()
	open := regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`)
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s: func init: wire things in drivers or cmd", s.path)
			}
		}
		for _, g := range s.file.Comments {
			if open.MatchString(g.Text()) && s.pkg != "internal/arch" {
				t.Errorf("%s: a comment leaves work open; do it or file an issue", s.path)
			}
		}
	}
}

func TestArchitectureNamesPathsThatExist(t *testing.T) {
	t.Parallel()
	base := root(t)
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, doc := range []string{"ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"} {
		text, err := os.ReadFile(filepath.Join(base, doc))
		if err != nil {
			t.Fatal(err)
		}
		found := link.FindAllStringSubmatch(string(text), -1)
		if len(found) == 0 {
			t.Errorf("%s has no links to files", doc)
		}
		for _, m := range found {
			if _, err := os.Stat(filepath.Join(base, m[1])); err != nil {
				t.Errorf("%s names %s, which does not exist", doc, m[1])
			}
		}
	}
}

func TestEveryDependencyIsExplained(t *testing.T) {
	t.Parallel()
	base := root(t)
	mod, err := os.ReadFile(filepath.Join(base, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	adr, err := os.ReadFile(filepath.Join(base, "docs/adr/0008-dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	direct := regexp.MustCompile(`(?m)^\t([a-z0-9.]+/\S+|[a-z]+\.[a-z]+\S*) v\S+$`).FindAllStringSubmatch(string(mod), -1)
	if len(direct) == 0 {
		t.Fatal("no direct requirement found in go.mod: the pattern is broken")
	}
	for _, m := range direct {
		if !strings.Contains(string(adr), "`"+m[1]+"`") {
			t.Errorf("%s is required by go.mod and not explained in docs/adr/0008-dependencies.md", m[1])
		}
	}
}
