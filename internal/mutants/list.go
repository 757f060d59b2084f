package main

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed list.txt
var list string

// A mutant is one small change of the meaning.
type mutant struct {
	name  string
	means string // what it breaks, with the section of the semantics
	file  string
	tests []selection // that must notice, in this order
	old   string      // occurs exactly once in the file
	new   string
}

// A selection is tests of one package: those whose names match a regular expression, all if it is empty.
type selection struct{ pkg, tests string }

// parse reads a list: blocks that are separated by empty lines, lines that start with # being remarks. A block is
//
//	mutant NAME
//	means  TEXT
//	file   PATH
//	tests  PACKAGE[:REGEXP]…
//	- LINE      the lines to be replaced
//	+ LINE      what replaces them
//
// Lines count with their indentation, behind the sign and one blank.
func parse(text string) ([]mutant, error) {
	var all []mutant
	seen := map[string]bool{}
	for block := range strings.SplitSeq(text, "\n\n") {
		m, empty, err := parseBlock(block)
		switch {
		case err != nil:
			return nil, err
		case empty:
		case seen[m.name]:
			return nil, fmt.Errorf("two mutants are called %s", m.name)
		default:
			seen[m.name] = true
			all = append(all, m)
		}
	}
	return all, nil
}

func parseBlock(block string) (m mutant, empty bool, err error) {
	var before, after []string
	empty = true
	for line := range strings.SplitSeq(block, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		if word == "" || strings.HasPrefix(word, "#") {
			continue
		}
		empty = false
		switch word {
		case "mutant":
			m.name = strings.TrimSpace(rest)
		case "means":
			m.means = strings.TrimSpace(rest)
		case "file":
			m.file = strings.TrimSpace(rest)
		case "tests":
			for _, w := range strings.Fields(rest) {
				pkg, tests, _ := strings.Cut(w, ":")
				m.tests = append(m.tests, selection{pkg, tests})
			}
		case "-":
			before = append(before, rest)
		case "+":
			after = append(after, rest)
		default:
			return m, false, fmt.Errorf("mutant %s: what is %q?", m.name, line)
		}
	}
	m.old, m.new = strings.Join(before, "\n"), strings.Join(after, "\n")
	if !empty && (m.name == "" || m.means == "" || m.file == "" || m.tests == nil || m.old == "") {
		return m, false, fmt.Errorf("mutant %q lacks a name, means, file, tests or a line to replace", m.name)
	}
	return m, empty, nil
}

// apply returns the changed source.
func (m *mutant) apply(source string) (string, error) {
	if n := strings.Count(source, m.old); n != 1 {
		return "", fmt.Errorf("its lines occur %d times in %s, not once", n, m.file)
	}
	return strings.Replace(source, m.old, m.new, 1), nil
}
