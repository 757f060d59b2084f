package expr

import "strings"

// Overloads returns every overload as "name(Class, …) Class", for tests that must meet them all.
func Overloads() []string {
	var out []string
	for _, f := range table {
		for _, o := range f.overloads {
			names := make([]string, len(o.args))
			for i, a := range o.args {
				names[i] = classNames[a]
			}
			out = append(out, f.name+"("+strings.Join(names, ", ")+") "+classNames[o.result])
		}
	}
	return out
}
