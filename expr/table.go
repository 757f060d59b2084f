package expr

import "slices"

// A function is one operator or function of the language.
type function struct {
	name      string
	aliases   []string
	group     string // heading in docs/reference/expressions.md
	doc       string
	fold      bool // more than two arguments are taken two by two, from the left
	overloads []overload
}

// An overload is a function for certain classes of arguments. A kernel computes it; bind makes the kernel where it
// depends on literal arguments, which are not passed to it, or on the type of anything.
type overload struct {
	args   []class
	result class
	kernel kernel
	bind   func(b binding) (kernel, error)
	lazy   bool // nulls and errors of the arguments are the kernel's own business
	makes  bool // the kernel makes or searches texts: it runs over few rows at a time
}

// A binding is what is known of a call when it is compiled.
type binding struct {
	words  []string // literal texts, in order
	list   []any    // elements of a literal list: all int64, float64 or string
	shared typ      // of the anything arguments
}

// table is every operator and function, by group.
var table = slices.Concat(arithmetic(), logic(), numbers(), texts(), times(), casts())

var byName = index()

func index() map[string]*function {
	m := map[string]*function{}
	for i := range table {
		f := &table[i]
		m[f.name] = f
		for _, a := range f.aliases {
			m[a] = f
		}
	}
	return m
}

// lookup returns the function of a name or an alias, or nil.
func lookup(name string) *function { return byName[name] }

// functionNames returns what can be called, for suggestions.
func functionNames() []string {
	var out []string
	for name := range byName {
		if letter(rune(name[0])) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// of returns an overload with a kernel.
func of(k kernel, result class, args ...class) overload {
	return overload{args: args, result: result, kernel: k}
}

// bound returns an overload whose kernel depends on literals or types.
func bound(bind func(binding) (kernel, error), result class, args ...class) overload {
	return overload{args: args, result: result, bind: bind}
}

// making marks overloads that make or search texts.
func making(all ...overload) []overload {
	for i := range all {
		all[i].makes = true
	}
	return all
}
