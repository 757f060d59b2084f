//go:build duckdb

package main

// withDuckDB says whether the program under test is linked with DuckDB.
const withDuckDB = true
