// Package tablefile reads and writes tables in single files: Parquet, CSV and JSON lines. It turns the bytes of one
// file into typed columns and back, and knows nothing of sources, snapshots or joins.
//
// A file is opened once (Open), which reads its footer or, for text, runs over it to find the bounds of its parts;
// Select then says which columns are wanted with which types, and each Part decodes itself as often as asked, by
// any number of goroutines. Memory is bounded by one part per reader, never by the file.
//
// Text conventions. CSV has a header line; a byte order mark is skipped; quotes are doubled inside quotes; a quoted
// field may hold line breaks; every line has as many fields as the header. An empty field without quotes is null,
// "" in quotes is the empty string, and NA, NULL and the like are strings. JSON lines are one object a line, without
// duplicate members; an absent member is null; integers are exact.
package tablefile
