package pittest

import (
	"math/rand/v2"

	"pgregory.net/rapid"
)

// A source makes the choices of a random case. Labels name them where a case that fails is told.
type source interface {
	// number returns a number from lo to hi, both inclusive.
	number(lo, hi int, label string) int
	// chance is true in percent of the calls.
	chance(percent int, label string) bool
}

// pick returns one of some values.
func pick[T any](g *generator, label string, of []T) T {
	return of[g.number(0, len(of)-1, label)]
}

// drawn is a source that finds a smaller case where one fails.
type drawn struct {
	t *rapid.T
	n uint64 // of calls of chance
}

func (d *drawn) number(lo, hi int, label string) int { return rapid.IntRange(lo, hi).Draw(d.t, label) }

// chance mixes what it draws, because numbers drawn by rapid are mostly small.
func (d *drawn) chance(percent int, label string) bool {
	d.n++
	x := (rapid.Uint64().Draw(d.t, label) + d.n*0x9E3779B97F4A7C15)
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return int((x^x>>31)%100) < percent
}

// seeded is a source for many cases: it is fast, and the seed of its numbers tells them all.
type seeded struct{ *rand.Rand }

func (s seeded) number(lo, hi int, _ string) int { return lo + s.IntN(hi-lo+1) }

func (s seeded) chance(percent int, _ string) bool { return s.IntN(100) < percent }
