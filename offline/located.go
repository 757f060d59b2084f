package offline

import "github.com/truepoint/truepoint/value"

// Located is an optional ability of a Part: to say where its rows stand, so that a value can be traced to its source.
type Located interface {
	// Location returns the file, as the manifest names it, and the number of the part's first row in it, from 0.
	Location() (file string, first int64)
}

// Fixed is an optional ability of a Part: to tell columns that its file does not hold but its place gives, such as the
// partitions of directories and the sequence of appended rows.
type Fixed interface {
	// Fixed returns the value that a column has in all rows of the part, by its name in views and in the type that it was
	// asked for; ok is false for a column of the file.
	Fixed(column string) (v value.Value, ok bool)
}
