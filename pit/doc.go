// Package pit owns the point-in-time join: which row of a view's history answers for an entity at a moment
// (design/semantics.md 4), and which row of a history materialization must write (7.3).
//
// The rules stand in rule.go (Candidate, Newer, Judge). Naive applies them row by row and is the oracle; Eval gives
// the same answer fast: the spine is indexed in memory, key and time columns of the history are read once in any
// order, payload columns are read for winners only. Newest does the same per key for materialization.
//
// A plan may also ask for functions of the events in windows (5), exact at asOf or of snapshots: NaiveWindows is the oracle,
// EvalWindows the fast way, and NewestWindows gives the snapshot that materialization must write.
//
// The package does no I/O and reads no clock. History comes through Table, which the offline drivers implement.
package pit
