//go:build !duckdb

package drivers

// cgoStores returns the offline stores that need cgo: none in this build.
func cgoStores() map[string]offlineOpener { return nil }
