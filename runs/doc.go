// Package runs keeps what materialization has to remember outside the definitions: for each view one state record with
// the lease, the run in progress and its checkpoint, and per generation the watermark; and one record per finished run.
//
// The state record moves by compare-and-swap only. A run's history record is written after the state record has moved,
// under the fencing token of the lease, so that a holder that lost its lease changes neither.
package runs
