// Package onlinetest is the conformance suite of the online port: a driver is done when Run passes against the real
// thing, and RunDurable too if it keeps its cells on a medium.
package onlinetest

import (
	"os"
	"testing"

	"github.com/truepoint/truepoint/online"
)

// Run checks every promise of online.Driver. open returns an empty driver, which the suite closes.
func Run(t *testing.T, open func(t *testing.T) online.Driver) {
	t.Helper()
	s := &suite{open: open}
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"GetBatch", s.getTests()},
		{"PutBatch", s.putTests()},
		{"Versions", s.versionTests()},
		{"Scan", s.scanTests()},
		{"Tables", s.tableTests()},
		{"Calls", s.callTests()},
		{"Concurrency", s.raceTests()},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for _, tt := range group.tests {
				t.Run(tt.name, func(t *testing.T) {
					t.Parallel()
					d := open(t)
					t.Cleanup(func() {
						if err := d.Close(); err != nil {
							t.Errorf("Close: %v", err)
						}
					})
					tt.run(t, d)
				})
			}
		})
	}
}

// A Bounded driver tells what the suite must not go beyond, because its product does not either or is paid per cell.
type Bounded interface {
	online.Driver
	RowBytesMax() int // length of a row
	CellsMax() int    // cells of one batch
}

// rowBytes returns the size of a great row for a driver.
func rowBytes(d online.Driver) int {
	if b, ok := d.(Bounded); ok {
		return b.RowBytesMax()
	}
	return 3 << 20
}

// bigCount returns a number of cells beyond the one at which drivers change to their way of loading.
func bigCount(d online.Driver) int {
	if b, ok := d.(Bounded); ok {
		return b.CellsMax()
	}
	if Long() {
		return 400_000
	}
	return 60_000
}

type suite struct {
	open func(t *testing.T) online.Driver
}

type test struct {
	name string
	run  func(t *testing.T, d online.Driver)
}

// Long reports whether the slow forms of the tests were asked for.
func Long() bool { return os.Getenv("TRUEPOINT_LONG") != "" }
