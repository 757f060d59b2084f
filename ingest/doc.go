// Package ingest takes rows that users push: it validates all of them against the definitions before the first write,
// makes a push repeatable by its id, and writes through the same sinks as materialization (design/semantics.md 7.2, 7.6).
package ingest
