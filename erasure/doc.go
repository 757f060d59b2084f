// Package erasure deletes an entity from the online store, in every view that has its key, and keeps a receipt
// (design/semantics.md 7.7).
//
// A delete is a tombstone that is newer than whatever the store has, in every table of each view concerned, former
// generations included: older rows do not come back, not by materialize and not by push. Rows with a later event time do.
// An erasure also puts the key's hash on a suppression list that the one write path honours (Sink), so that no row of the
// entity is written any more, however new.
//
// A view is concerned if every key that was given is one of its join keys. Where it has more, all its stored rows with the
// given keys go; finding them reads the view's tables once.
package erasure
