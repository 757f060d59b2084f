package main

import (
	"strings"
	"testing"
)

const measured = `| 9 | nine | y | 1 | | | | | holds |
| 10a | ten | y | 1 | | | | | holds |
| 15 | peak | DuckDB ASOF | 1 | | | | | holds |
| 15 | peak | DuckDB arg_max | 1 | | | | | holds |
`

const noted = `bench/online: load average 1 2 3
pair 1: old
bench/training: load average 1 2 3
round 1: old
bench/training -huge: load average 1 2 3
`

func TestARunOfSomeProgramsLeavesTheOtherRows(t *testing.T) {
	t.Parallel()
	first := page{}.renew(parse(measured, noted), "day 1").text()
	newer := parse("| 15 | peak | DuckDB ASOF | 2 | | | | | holds |\n| 2 | two | y | 2 | | | | | holds |\n", "run.sh: bench/pit failed\nbench/training: load average 4\n")
	second := parsePage(first).renew(newer, "day 2").text()
	table, notes, ok := strings.Cut(second, "## Notes")
	if !ok {
		t.Fatalf("no notes in %s", second)
	}
	_, table, _ = strings.Cut(table, "|---|\n")
	if want := "| 2 | two | y | 2 | | | | | holds | day 2 |\n| 9 | nine | y | 1 | | | | | holds | day 1 |\n" +
		"| 10a | ten | y | 1 | | | | | holds | day 1 |\n| 15 | peak | DuckDB ASOF | 2 | | | | | holds | day 2 |\n\n"; table != want {
		t.Errorf("table: got\n%s\nwant\n%s", table, want)
	}
	if want := "\n\n```text\nrun.sh: bench/pit failed\nbench/online: load average 1 2 3\npair 1: old\nbench/training -huge: load average 1 2 3\n" +
		"bench/training: load average 4\n```\n"; notes != want {
		t.Errorf("notes: got\n%s\nwant\n%s", notes, want)
	}
	third := parsePage(second).renew(parse("", ""), "day 3").text()
	if strings.Contains(third, "failed") || strings.Contains(third, "day 3") {
		t.Errorf("what a run failed at stays, or a row that was not measured is new:\n%s", third)
	}
}

func TestARunWithoutChangesRepeatsThePage(t *testing.T) {
	t.Parallel()
	first := page{}.renew(parse(measured, noted), "day 1").text()
	if again := parsePage(first).renew(page{}, "day 2").text(); again != first {
		t.Errorf("got\n%s\nwant\n%s", again, first)
	}
}

func TestRowsAreInTheOrderOfTheirNumbers(t *testing.T) {
	t.Parallel()
	order := []string{"4", "4 (store)", "5", "10a", "10b", "14", "14a", "21"}
	for i, a := range order {
		for j, b := range order {
			if got := byNumber(a, b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%s to %s: got %d", a, b, got)
			}
		}
	}
}
