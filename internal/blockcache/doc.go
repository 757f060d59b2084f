// Package blockcache keeps blocks of bytes outside Go's heap, where the garbage collector neither scans nor copies them,
// within a fixed bound. What is read often stays; otherwise the oldest goes first.
package blockcache
