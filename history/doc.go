// Package history opens the histories behind feature views: it says which columns of a source play which role in a
// join (keys, times, tombstone mark, tie-breakers, features), asks the offline driver for exactly those, and opens
// each source once for all the views that read it.
package history
