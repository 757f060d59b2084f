// Package memoffline keeps histories in memory. It is the strictest offline driver: what it refuses no other driver
// has to accept, and a snapshot shares nothing with the batches that were put in. Tests use it instead of a mock.
package memoffline
