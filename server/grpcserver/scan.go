package grpcserver

import (
	"encoding/binary"
	"unicode/utf8"
)

// A scan is what is left of a message of protobuf. Each method consumes a part of it; ok is false, and nothing is known of
// the rest, where there is no such part.
type scan string

// Types of members, in the lowest three bits of their tags.
const (
	varintType  = 0
	fixed64Type = 1
	bytesType   = 2
)

// varint consumes a number.
func (s *scan) varint() (n uint64, ok bool) {
	for i := 0; i < len(*s) && i < binary.MaxVarintLen64; i++ {
		b := (*s)[i]
		if i == binary.MaxVarintLen64-1 && b > 1 {
			break
		}
		if n |= uint64(b&0x7f) << (7 * i); b < 0x80 {
			*s = (*s)[i+1:]
			return n, true
		}
	}
	return 0, false
}

// fixed64 consumes eight bytes.
func (s *scan) fixed64() (n uint64, ok bool) {
	if len(*s) < 8 {
		return 0, false
	}
	for i := range 8 {
		n |= uint64((*s)[i]) << (8 * i)
	}
	*s = (*s)[8:]
	return n, true
}

// part consumes a length and as many bytes.
func (s *scan) part() (part scan, ok bool) {
	n, ok := s.varint()
	if !ok || n > uint64(len(*s)) {
		return "", false
	}
	part, *s = (*s)[:n], (*s)[n:]
	return part, true
}

// text consumes a length and as many bytes, which must be UTF-8.
func (s *scan) text() (text string, ok bool) {
	p, ok := s.part()
	return string(p), ok && utf8.ValidString(string(p))
}
