package embeddedonline

// Footprint returns how many bytes of disk a cell takes, for an entity key and a packed row of so many bytes, once Pebble
// has compacted what was overwritten. What compression saves is not counted: small rows that resemble each other take half of it.
func Footprint(key, row int) int {
	const (
		table   = 4 // number of the table, in front of the key
		trailer = 8 // of a key
		entry   = 4 // lengths
		percent = 2 // of blocks: index, filter, restarts
	)
	n := table + key + trailer + entry + row
	return n + (n*percent+99)/100
}
