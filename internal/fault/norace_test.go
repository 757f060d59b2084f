//go:build !race

package fault_test

// raced reports whether this is a run of the race detector, which takes memory of its own.
const raced = false
