// Package postgresoffline is the offline driver for PostgreSQL: sources of type postgres with a table or a query.
//
// A snapshot is one read-only transaction that sees one state of the database; its rows come through a scrolling cursor,
// part by part. Pushes are kept beside the table, in table__truepoint_pushes, as files are kept beside files: the user's
// table is never written. Joins whose views all lie here are answered by the database: pit/sqlgen renders them.
package postgresoffline
