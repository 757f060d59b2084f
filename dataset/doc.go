// Package dataset keeps training sets: what a set was made of, whether it can be made again, and how it is split.
//
// A Manifest says everything that a set depends on: the revision of the definitions, the request, the snapshot of every
// source, and the files with their checksums. The Catalog keeps manifests in the state store, in the registry's database
// but outside its revisions, so that a set neither adds to the history of definitions nor goes with it
// (docs/adr/0017-training-sets.md). Verify makes a set again from its manifest and compares it cell by cell; a Split
// divides a set into train and test parts.
//
// Which values a set has is historical's matter: this package calls it and owns no rule of the join.
package dataset
