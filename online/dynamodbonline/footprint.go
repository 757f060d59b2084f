package dynamodbonline

import "github.com/truepoint/truepoint/value"

// Footprint returns how many bytes DynamoDB stores and bills for a cell, for an entity key and a packed row of so many
// bytes: the names and values of its attributes, and 100 bytes of each item for its index. Source: DynamoDB's developer
// guide, "Item sizes and formats" and "Pricing for storage".
func Footprint(key, row int) int { return itemSize(key, row) + 100 }

// itemSize returns the size by which reads and writes are counted. The row is stored beside its version, which it begins
// with too.
func itemSize(key, row int) int {
	const version = value.VersionSize
	return len(bucketAttr) + 1 + len(keyAttr) + key + len(versionAttr) + version + len(rowAttr) + row
}

// WriteUnits returns the write request units of one put of a cell: one for each KiB, rounded up.
func WriteUnits(key, row int) float64 { return float64((itemSize(key, row) + 1023) / 1024) }

// ReadUnits returns the read request units of one read of a cell, eventually consistent: a half for each 4 KiB, rounded up.
func ReadUnits(key, row int) float64 { return float64((itemSize(key, row)+4095)/4096) / 2 }
