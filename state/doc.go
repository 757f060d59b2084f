// Package state is the port to operational state: keyed records with compare-and-swap. Leases, checkpoints, run
// history, watermarks, serving generations and push results live here, in the registry's database but outside its
// revisions.
package state
