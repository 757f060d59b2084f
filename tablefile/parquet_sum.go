package tablefile

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// A summedReader verifies the checksums of pages while the Parquet reader, which ignores them, fetches a column chunk
// in one piece. Pages without one, which the format allows, pass. Spark writes them by default.
type summedReader struct {
	io.ReaderAt
	chunks map[int64]int64 // position of a column chunk → its length
}

// ReadAt reads, and verifies b if it is exactly one column chunk.
func (r *summedReader) ReadAt(b []byte, at int64) (int, error) {
	n, err := r.ReaderAt.ReadAt(b, at)
	if length, whole := r.chunks[at]; err == nil && whole && length == int64(n) {
		err = checkPages(b)
	}
	return n, err
}

// checkPages verifies the pages of a column chunk as far as their headers can be read; what is wrong with the others
// is for the decoder to say.
func checkPages(b []byte) error {
	for page := 0; len(b) > 0; page++ {
		h, ok := readPageHeader(b)
		if !ok || h.size > len(b)-h.length {
			return nil
		}
		body := b[h.length : h.length+h.size]
		if h.summed && crc32.ChecksumIEEE(body) != h.sum {
			return fmt.Errorf("the checksum of page %d is wrong", page)
		}
		b = b[h.length+h.size:]
	}
	return nil
}

// A pageHeader is what a check needs of a header.
type pageHeader struct {
	length int // bytes of the header
	size   int // bytes of the page after it
	sum    uint32
	summed bool
}

// readPageHeader reads the Thrift structure at the start of b, in its compact protocol. ok is false if it is none.
// Source: the Parquet format's parquet.thrift, PageHeader, fields 3 and 4.
func readPageHeader(b []byte) (h pageHeader, ok bool) {
	s := compactScanner{b: b}
	for {
		id, kind := s.field()
		switch {
		case s.bad:
			return h, false
		case kind == 0:
			h.length = s.at
			return h, h.size >= 0
		case id == 3 && kind == compactInt32:
			h.size = int(int32(s.integer()))
		case id == 4 && kind == compactInt32:
			h.sum, h.summed = uint32(s.integer()), true
		default:
			s.skip(kind, 0)
		}
	}
}

// Types of Thrift's compact protocol that are named in code.
const compactInt32 = 5

// compactDepthMax bounds nesting: a page header has three levels.
const compactDepthMax = 8

// A compactScanner walks over a structure. It never reads beyond b; bad is set when it would have to.
type compactScanner struct {
	b   []byte
	at  int
	id  int64
	bad bool
}

func (s *compactScanner) byte() byte {
	if s.bad || s.at >= len(s.b) {
		s.bad = true
		return 0
	}
	s.at++
	return s.b[s.at-1]
}

func (s *compactScanner) varint() uint64 {
	v, n := binary.Uvarint(s.b[s.at:])
	if s.bad || n <= 0 {
		s.bad = true
		return 0
	}
	s.at += n
	return v
}

// integer reads a zigzag number.
func (s *compactScanner) integer() int64 {
	v := s.varint()
	return int64(v>>1) ^ -int64(v&1)
}

// field reads the head of a field; kind 0 ends the structure.
func (s *compactScanner) field() (id int64, kind byte) {
	head := s.byte()
	if kind = head & 15; kind == 0 {
		return 0, 0
	}
	if delta := head >> 4; delta != 0 {
		s.id += int64(delta)
	} else {
		s.id = s.integer()
	}
	return s.id, kind
}

func (s *compactScanner) advance(n uint64) {
	if s.bad || n > uint64(len(s.b)-s.at) {
		s.bad = true
		return
	}
	s.at += int(n)
}

// skip passes over a value of the given kind.
func (s *compactScanner) skip(kind byte, depth int) {
	switch {
	case depth > compactDepthMax:
		s.bad = true
	case kind == 1 || kind == 2: // a boolean, whose value is its kind
	case kind == 3:
		s.advance(1)
	case kind >= 4 && kind <= 6:
		s.varint()
	case kind == 7:
		s.advance(8)
	case kind == 8:
		s.advance(s.varint())
	case kind == 12:
		outer := s.id
		s.id = 0
		for _, inner := s.field(); inner != 0 && !s.bad; _, inner = s.field() {
			s.skip(inner, depth+1)
		}
		s.id = outer
	default: // lists, sets and maps: page headers have none
		s.bad = true
	}
}
