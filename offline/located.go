package offline

// Located is an optional ability of a Part: to say where its rows stand, so that a value can be traced to its source.
type Located interface {
	// Location returns the file, as the manifest names it, and the number of the part's first row in it, from 0.
	Location() (file string, first int64)
}
