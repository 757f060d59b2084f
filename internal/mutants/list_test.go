package main

import (
	"os"
	"strings"
	"testing"
)

func TestListHoldsAtLeastThirtyMutantsThatApply(t *testing.T) {
	t.Parallel()
	all, err := parse(list)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 30 {
		t.Errorf("got %d mutants, want at least 30", len(all))
	}
	for _, m := range all {
		source, err := os.ReadFile("../../" + m.file)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := m.apply(string(source))
		if err != nil || changed == string(source) {
			t.Errorf("mutant %s changes nothing: %v", m.name, err)
		}
	}
}

func TestParseRefusesWhatIsNoMutant(t *testing.T) {
	t.Parallel()
	const whole = "mutant a\nmeans  b\nfile   c\ntests  ./d:E\n- x\n+ y\n"
	for name, text := range map[string]string{
		"no name":      strings.Replace(whole, "mutant a\n", "", 1),
		"no tests":     strings.Replace(whole, "tests  ./d:E\n", "", 1),
		"nothing old":  strings.Replace(whole, "- x\n", "", 1),
		"unknown word": whole + "what z\n",
		"twice":        whole + "\n" + whole,
	} {
		if _, err := parse(text); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
	if all, err := parse("# remark\n\n" + whole); err != nil || len(all) != 1 || all[0].old != "x" || all[0].new != "y" || all[0].tests[0] != (selection{"./d", "E"}) {
		t.Errorf("got %+v, %v", all, err)
	}
}

func TestApplyWantsItsLinesOnce(t *testing.T) {
	t.Parallel()
	m := mutant{file: "f", old: "a", new: "b"}
	if got, err := m.apply("xax"); err != nil || got != "xbx" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, source := range []string{"x", "aa"} {
		if _, err := m.apply(source); err == nil {
			t.Errorf("applied to %q", source)
		}
	}
}

func TestFirstFailureNamesTheTestThatFailedFirst(t *testing.T) {
	t.Parallel()
	const printed = "\x16=== RUN   TestA\nbad\n    \x16--- FAIL: TestA/b (0.01s)\n\x16--- FAIL: TestA (0.02s)\n"
	if by, text := firstFailure(strings.NewReader(printed)); by != "TestA/b" || !strings.Contains(text, "bad") {
		t.Errorf("got %q after %q", by, text)
	}
	if by, _ := firstFailure(strings.NewReader("\x16--- PASS: TestA (0.01s)\nPASS\n")); by != "" {
		t.Errorf("got %q for tests that pass", by)
	}
}
