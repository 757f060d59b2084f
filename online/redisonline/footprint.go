package redisonline

import (
	"encoding/base64"
	"math/bits"
)

// Footprint returns how many bytes of a server's memory a cell takes on average, for an entity key and a packed row of so
// many bytes and the default prefix. Replicas take as much again. Source: Redis 7.0, sds.h, dict.h, object.c, and the size
// classes of jemalloc.
func Footprint(key, row int) int {
	key += len(prefixDefault) + len(noTag) + len(keyFormat) + base64.RawURLEncoding.EncodedLen(tableBytes)
	return allocated(key+textHeader(key)) + entryBytes + stored(row) + bucketBytes
}

const (
	entryBytes  = 32 // a dictEntry of 24 bytes
	objectBytes = 16 // a robj
	bucketBytes = 12 // pointers of a table that doubles when it is full
	shortBytes  = 44 // texts of so many bytes lie in one piece with their object
)

// stored returns the bytes of a text of n bytes as a value.
func stored(n int) int {
	if n <= shortBytes {
		return allocated(objectBytes + 3 + n + 1)
	}
	return objectBytes + allocated(n+textHeader(n))
}

// textHeader returns the bytes beside a text: its header and the zero behind it.
func textHeader(n int) int {
	switch {
	case n < 1<<5:
		return 1 + 1
	case n < 1<<8:
		return 3 + 1
	case n < 1<<16:
		return 5 + 1
	}
	return 9 + 1
}

// allocated returns the size class of n bytes: multiples of 16 up to 128, then four classes to each power of two.
func allocated(n int) int {
	if n <= 8 {
		return 8
	}
	step := 16
	if n > 128 {
		step = 1 << (bits.Len(uint(n-1)) - 3)
	}
	return (n + step - 1) / step * step
}
