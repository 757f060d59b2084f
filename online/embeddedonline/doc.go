// Package embeddedonline keeps online cells in a local directory, with Pebble underneath. It is the default online
// store: no server, durable, many processes at once.
//
// Pebble is told the one rule of the port as its merge operator (merge.go): of two rows of a key the greater stays.
// Writes therefore read nothing; big sorted batches become sorted tables that are handed over as files (ingest.go).
// The price is that a write cannot say how many of its cells lost: PutResult.Superseded is online.Unknown.
//
// A directory holds
//
//	FORMAT    what this is, and the version of its layout (format.go)
//	LOCK      locked by the process that owns the directory; says where it listens (lock_unix.go)
//	run/      private directory of the owner's socket
//	db/       Pebble's files
//	ingest/   sorted tables in the making
//	SEAL      what db/ looked like when it was closed (seal.go)
//
// One process owns the directory: the first that opens it. It serves the directory to the others over a Unix socket
// (owner.go, client.go, frame.go). When it closes, it finishes what it was handed; when it vanishes, one of the others
// takes over and every call that was cut off is repeated, which the port's rule makes safe. Callers see one Store and
// none of this (store.go).
package embeddedonline
