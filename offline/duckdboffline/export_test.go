//go:build duckdb

package duckdboffline

import "database/sql"

// OpenFor returns the database of a join over one file.
func OpenFor(j *Joiner, path string) (*sql.DB, error) { return j.open([]string{path}) }
