// Package materialize moves the newest rows of histories into the online store (design/semantics.md 7.3 to 7.5).
//
// A run of a view takes the view's lease, pins the source's manifest, asks pit.Newest for the newest row per key and
// writes the winners in chunks in key order. One state record per view holds the lease with its fencing token, the
// current run with its checkpoint, the watermark and the generations that have been completed; it moves only by
// compare-and-swap under the token, so that a holder that lost its lease can move nothing. What such a holder still
// writes to the store is harmless: a row replaces only an older one.
package materialize
