// Package arch holds the rules of the code base as tests: which layer may import which, that every package explains
// itself, how long a file may be, and that nothing below the edges reads the clock. It has no code of its own.
package arch
