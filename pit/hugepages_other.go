//go:build !linux

package pit

// makeLarge returns n zero items for a table that is read and written all over.
func makeLarge[T any](n int) []T { return make([]T, n) }
