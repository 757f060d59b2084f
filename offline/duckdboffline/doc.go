// Package duckdboffline joins histories in Parquet files with DuckDB. It needs cgo and is part of builds with the tag
// duckdb. It is an offline.Joiner beside the file driver, which reads and extends the files, and which says what a source
// is: the files of a directory or glob, their order, the columns that directories called key=value give, and pushes. What
// DuckDB would read otherwise (text files, buckets, columns of a type without an equal) is joined by pit.
//
// A join reads one snapshot: the files of the file driver's manifest. Where one of them is no longer the same when the join
// ends, it is an error, FailedPrecondition, whatever DuckDB made of it.
//
// Each join has a database of its own in memory, which can reach the files of that join and nothing else: no other path,
// no extension, no setting. Only statements that pit/sqlgen renders run there, never text of a user. A user's query for
// entity rows has another such database, where the sources that it names are views; it is one SELECT, which
// sqlgen.CheckQuery lets pass, and stands in a SELECT of ours.
package duckdboffline
