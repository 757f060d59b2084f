package feature

import "strings"

// A fieldList is a list of features or request columns with the place that it has in a definition.
type fieldList struct {
	what, owner string // such as feature view and its name
	path        string // of the list within the definition
	fields      []Field
	origin      *Origin
}

// fields checks the names and types of a list.
func (c *checker) fields(l fieldList) {
	c.fieldNames(l)
	c.fieldTypes(l)
}

// fieldNames refuses names that break the rule, stand twice, or differ in case only.
func (c *checker) fieldNames(l fieldList) {
	first := make(map[string]int, len(l.fields))
	for i := range l.fields {
		f := &l.fields[i]
		path := index(l.path, i) + ".name"
		c.name("feature", f.Name, l.origin, path)
		folded := strings.ToLower(f.Name)
		was, twice := first[folded]
		if !twice {
			first[folded] = i
			continue
		}
		at, before := l.origin.At(path), seen(l.origin.At(index(l.path, was)+".name"))
		if l.fields[was].Name == f.Name {
			c.fault("T0120", at, "feature %q stands twice in %s %q, first%s", f.Name, l.what, l.owner, before).WithHint("rename or remove one of them")
		} else {
			c.fault("T0174", at, "features %q and %q%s of %s %q differ in case only", f.Name, l.fields[was].Name, before, l.what, l.owner).
				WithHint("rename one of them: some engines ignore case")
		}
	}
}

// fieldTypes refuses fields without a type, and defaults that are no values of it.
func (c *checker) fieldTypes(l fieldList) {
	for i := range l.fields {
		f := &l.fields[i]
		if f.Type.IsZero() {
			c.fault("T0122", l.origin.At(index(l.path, i)+".type"), "feature %q of %s %q has no type", f.Name, l.what, l.owner).
				WithHint("write a type such as Int64, Float64 or String")
			continue
		}
		if _, err := f.Defaults(); err != nil {
			c.wrong("T0133", l.origin.At(index(l.path, i)+".default"), err)
		}
	}
}
