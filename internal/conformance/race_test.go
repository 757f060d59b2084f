//go:build race

package conformance_test

// raced says that the race detector is at work, under which pools forget what they hold.
const raced = true
