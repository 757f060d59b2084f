// Package offline is the port to histories: snapshots of sources that pit joins, and appends of pushed rows. A driver
// turns files or tables into typed columns; it holds no rule about time, ties or expiry.
package offline
