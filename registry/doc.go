// Package registry is the port to stored definitions: an append-only log of revisions with compare-and-swap. Every
// revision is kept and can be read again.
package registry
