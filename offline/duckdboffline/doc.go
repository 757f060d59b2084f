// Package duckdboffline joins histories in Parquet files with DuckDB. It needs cgo and is part of builds with the tag
// duckdb. It is an offline.Joiner beside the file driver, which reads and extends the files: what DuckDB would read
// otherwise (text files, directories, files with pushes) is joined by pit.
//
// Each join has a database of its own in memory, which can reach the files of that join and nothing else: no other path,
// no extension, no setting. Only statements that pit/sqlgen renders run there, never text of a user.
package duckdboffline
