package process

import (
	"os"
	"runtime/debug"
)

// lean is the share of the live heap, in percent, that garbage may reach on top of it in a command that holds large
// columns: without pointers they cost a collection nothing, so that frequent ones are nearly free.
const lean = 50

// Lean makes this process keep less garbage until the function that it returns is called. Who sets GOGC decides alone.
func Lean() (restore func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(lean)
	return func() { debug.SetGCPercent(before) }
}
