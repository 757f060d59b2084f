package postgresonline

// Footprint returns how many bytes of a server's disk a cell takes, its index included, for an entity key and a packed row
// of so many bytes, just after it was written; updates leave dead rows until a vacuum. Source: PostgreSQL's manual,
// "Database Page Layout" and "B-Tree Indexes".
func Footprint(key, row int) int {
	const (
		pointer    = 4  // of a tuple in its page
		heapHeader = 24 // of a row
		indexEntry = 8  // header of an entry
		indexFill  = 90 // percent of a page of an index
		page       = 8192
		pageHeader = 24
	)
	heap := pointer + aligned(heapHeader+text(key)+text(row))
	perPage := max((page-pageHeader)/heap, 1)
	entry := (pointer + aligned(indexEntry+text(key))) * 100 / indexFill
	if heap > page/4 { // the row lies beside, in pieces
		return heap + entry + heap/16
	}
	return page/perPage + entry
}

// text returns the bytes of a value of n bytes with its length.
func text(n int) int {
	if n < 127 {
		return n + 1
	}
	return n + 4
}

func aligned(n int) int { return (n + 7) &^ 7 }
