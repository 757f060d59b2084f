// Package storetest puts a whole feature store together for tests: memory drivers, a clock that stands still until it
// is moved, and short ways to write definitions and rows.
package storetest
