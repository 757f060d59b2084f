// Package featurelog keeps what a feature server answered, so that it can be compared with the histories later.
//
// Entities are sampled by a hash of their keys, so that all answers about an entity are kept or none, on every server
// alike. A request hands its sampled entities to a bounded queue and never waits: what does not fit is dropped and
// counted. One goroutine collects them and writes Parquet files, one row for each cell (Fields), named by when they were
// begun: dt=2026-03-12/features-20260312T100000.000000Z-RANDOM.parquet. A file appears whole or not at all. Files that
// are older than the retention are removed; others in the directory are left alone. A crash loses what has not been
// written: at most an interval.
package featurelog
