// Package eventtime owns the meaning of time: what an instant is, how text and numbers become one, and the single
// rule that says whether a row may be used at a moment (Visible), and the one that says which events a window holds
// (Window).
//
// Everything is a signed count of microseconds since the epoch in UTC. Finer input is floored. Nothing in this
// package, and nothing below the edges of the program, reads the clock: a Clock is passed in.
//
// Three times belong to a row: its event time says when the fact happened, its created time when the row became
// known, and its available time, derived by the source's Availability, from when on it may be used.
package eventtime
