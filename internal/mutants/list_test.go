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
	const whole = "mutant a\nmeans  b\nfile   c\ntests  ./d\n- x\n+ y\n"
	for name, text := range map[string]string{
		"no name":      strings.Replace(whole, "mutant a\n", "", 1),
		"no tests":     strings.Replace(whole, "tests  ./d\n", "", 1),
		"nothing old":  strings.Replace(whole, "- x\n", "", 1),
		"unknown word": whole + "what z\n",
		"twice":        whole + "\n" + whole,
	} {
		if _, err := parse(text); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
	if all, err := parse("# remark\n\n" + whole); err != nil || len(all) != 1 || all[0].old != "x" || all[0].new != "y" {
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

func TestFirstFailureTellsTestsFromBuilds(t *testing.T) {
	t.Parallel()
	by, failure, _ := firstFailure([]byte(`{"Action":"output","Package":"x/p","Test":"TestA","Output":"bad"}
{"Action":"fail","Package":"x/p","Test":"TestA"}`))
	if by != "p.TestA" || failure != nil {
		t.Errorf("got %q, %v", by, failure)
	}
	if _, failure, _ = firstFailure([]byte(`{"Action":"build-output","Output":"no"}
{"Action":"build-fail"}`)); failure == nil {
		t.Error("a build that fails counts as a test that fails")
	}
}
