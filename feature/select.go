package feature

import "github.com/truepoint/truepoint/value"

// A Use is one appearance of a view in a request: offline it becomes one join, online one read per entity row.
type Use struct {
	View    *View
	Source  *Source       // the batch source that holds the view's history
	Alias   string        // the view's name unless the projection renames it
	Keys    []value.Field // the view's join keys in order of name, with their types
	Columns []string      // Columns[i] is the request column that supplies Keys[i]
	Fields  []Field       // the features asked for, in order
	Outputs []string      // Outputs[i] is the output column of Fields[i]
}

// A Selection is what a list of references or a service asks for, resolved against a Set.
type Selection struct {
	Service string // name of the service; empty for a list of references
	OnError string // of the service
	Uses    []Use
	Order   []Output      // every output column in request order
	Request []value.Field // the request columns needed, in order of first need, each once
}

// An Output names the cell of an output column: field Field of use Use.
type Output struct {
	Name  string
	Use   int
	Field int
}
