package expr

import (
	"slices"
	"strings"
)

// A Function describes one operator or function of the language, for documentation and completion.
type Function struct {
	Name       string
	Aliases    []string
	Group      string   // heading under which it stands
	Signatures []string // such as "(Int, Int) Int"; "literal" is a text that must be written out, "list" a list of literals, "any" one type throughout
	Many       bool     // takes more arguments of the last class
	Doc        string
}

// Functions returns every operator and function of the language, in the order of its table.
func Functions() []Function {
	out := make([]Function, len(table))
	for i := range table {
		f := &table[i]
		out[i] = Function{Name: f.name, Aliases: slices.Clone(f.aliases), Group: f.group, Many: f.fold, Doc: f.doc}
		for _, o := range f.overloads {
			out[i].Signatures = append(out[i].Signatures, o.parameters()+" "+classNames[o.result])
		}
	}
	return out
}

// parameters returns the classes of the arguments, in parentheses.
func (o *overload) parameters() string {
	names := make([]string, len(o.args))
	for i, a := range o.args {
		names[i] = classNames[a]
	}
	return "(" + strings.Join(names, ", ") + ")"
}

// signatures returns the argument lists of a function's overloads, each once.
func (f *function) signatures() string {
	var all []string
	for _, o := range f.overloads {
		if s := o.parameters(); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return strings.Join(all, " or ")
}
