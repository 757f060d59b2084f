//go:build !race

package conformance_test

// raced says that the race detector is at work.
const raced = false
