package expr

import (
	"maps"
	"slices"
)

// Columns returns the names of the columns that an expression uses, ascending. It knows no types: what it accepts may
// still be refused by Compile. Errors: those of Compile about the text alone.
func Columns(text string) ([]string, error) {
	tree, err := parse(newSource(text))
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	tree.each(func(n *node) {
		if n.kind == columnNode {
			used[n.name] = true
		}
	})
	return slices.Sorted(maps.Keys(used)), nil
}

// each calls f for n and every node below it.
func (n *node) each(f func(*node)) {
	f(n)
	for _, a := range n.args {
		a.each(f)
	}
}
