package main

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A page is what RESULTS.md holds: rows of the table, and the notes of each program.
type page struct {
	rows  []row
	notes []notes
}

// A row is a line of the table; number is that of the goal, such as 10b or "4 (store)".
type row struct{ number, line string }

// notes are what one program wrote, from its line "bench/NAME: load average …" on.
type notes struct{ program, text string }

// begins is the first line of what a program writes: see measure.Start.
var begins = regexp.MustCompile(`^(bench/.+): load average `)

// parse returns the rows and notes of a text: those that programs printed, or a page. What belongs to neither is left out,
// but for lines before the notes of the first program, which are notes without one.
func parse(rows, text string) page {
	var p page
	for line := range strings.Lines(rows) {
		number, _, ok := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		if ok && strings.HasPrefix(line, "| ") && number != "#" {
			p.rows = append(p.rows, row{number, strings.TrimSpace(line)})
		}
	}
	for line := range strings.Lines(text) {
		if m := begins.FindStringSubmatch(line); m != nil {
			p.notes = append(p.notes, notes{program: m[1]})
		} else if len(p.notes) == 0 {
			p.notes = append(p.notes, notes{})
		}
		p.notes[len(p.notes)-1].text += line
	}
	return p
}

// fence encloses the notes of a page.
const fence = "```"

// parsePage returns what a page holds; "" holds nothing.
func parsePage(text string) page {
	table, rest, _ := strings.Cut(text, fence+"text\n")
	noted, _, _ := strings.Cut(rest, fence)
	return parse(table, noted)
}

// renew returns p with the rows of every number that newer has, marked with when, in place of those of that number, and the
// notes of every program that newer has in place of its older ones. Rows are in the order of their numbers, notes of no
// program before the others.
func (p page) renew(newer page, when string) page {
	out := page{
		rows:  slices.DeleteFunc(slices.Clone(p.rows), func(r row) bool { return newer.has(r.number) }),
		notes: slices.DeleteFunc(slices.Clone(p.notes), func(n notes) bool { return n.program == "" || newer.noted(n.program) }),
	}
	for _, r := range newer.rows {
		out.rows = append(out.rows, row{r.number, r.line + " " + when + " |"})
	}
	out.notes = append(out.notes, newer.notes...)
	slices.SortStableFunc(out.notes, func(a, b notes) int { return cmp.Compare(len(a.program), 0) - cmp.Compare(len(b.program), 0) })
	slices.SortStableFunc(out.rows, func(a, b row) int { return byNumber(a.number, b.number) })
	return out
}

func (p page) has(number string) bool {
	return slices.ContainsFunc(p.rows, func(r row) bool { return r.number == number })
}

func (p page) noted(program string) bool {
	return slices.ContainsFunc(p.notes, func(n notes) bool { return n.program == program })
}

// byNumber orders 4, "4 (store)", 10a, 10b.
func byNumber(a, b string) int {
	split := func(s string) (int, string) {
		digits := strings.IndexFunc(s+".", func(r rune) bool { return r < '0' || r > '9' })
		n, err := strconv.Atoi(s[:digits])
		if err != nil {
			n = 0
		}
		return n, s[digits:]
	}
	n, rest := split(a)
	m, other := split(b)
	return cmp.Or(cmp.Compare(n, m), cmp.Compare(rest, other))
}
