// Package value holds what a feature can be: types, single values, typed columns, batches, and the two encodings
// that the online stores keep for ever — entity keys (key.go) and packed rows (row.go).
//
// Null is a value, not the lack of one; whether a row was found at all is told by a Status beside the value.
// Conversions to foreign worlds live below this package: arrowvalue, jsonvalue. Nothing else converts.
package value
