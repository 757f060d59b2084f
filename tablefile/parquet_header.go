package tablefile

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/parquet"
)

// A pageHeader is what a decoder of flat columns needs of a header.
type pageHeader struct {
	length       int // bytes of the header
	size         int // bytes of the page after it
	uncompressed int // bytes of the page once decompressed
	sum          uint32
	summed       bool

	kind     int // 0: data, 2: dictionary, 3: data of the second version, others mean nothing to us
	rows     int // of a dictionary: entries
	encoding parquet.Encoding
	levels   parquet.Encoding // of the definition levels, in a page of the first version
	repeated int              // bytes of repetition levels, in a page of the second version
	defined  int              // bytes of definition levels, likewise
	stored   bool             // the values of a page of the second version are not compressed
}

// The kinds of pages that we read.
const (
	pageData       = 0
	pageDictionary = 2
	pageDataV2     = 3
)

// readPageHeader reads the Thrift structure at the start of b, in its compact protocol. ok is false if it is none.
// Source: the Parquet format's parquet.thrift, PageHeader.
func readPageHeader(b []byte) (h pageHeader, ok bool) {
	s := compactScanner{b: b}
	for {
		id, kind := s.field()
		switch {
		case s.bad:
			return h, false
		case kind == 0:
			h.length = s.at
			return h, h.size >= 0 && h.uncompressed >= 0 && h.rows >= 0 && h.repeated >= 0 && h.defined >= 0
		case id == 1 && kind == compactInt32:
			h.kind = s.int32()
		case id == 2 && kind == compactInt32:
			h.uncompressed = s.int32()
		case id == 3 && kind == compactInt32:
			h.size = s.int32()
		case id == 4 && kind == compactInt32:
			h.sum, h.summed = uint32(s.integer()), true
		case (id == 5 || id == 7 || id == 8) && kind == compactStruct:
			h.readInner(&s, id)
		default:
			s.skip(kind, 0)
		}
	}
}

// readInner reads DataPageHeader (5), DictionaryPageHeader (7) or DataPageHeaderV2 (8).
func (h *pageHeader) readInner(s *compactScanner, outer int64) {
	defer func() { s.id = outer }()
	s.id = 0
	for id, kind := s.field(); kind != 0 && !s.bad; id, kind = s.field() {
		switch {
		case kind == compactFalse && outer == 8 && id == 7:
			h.stored = true
		case kind != compactInt32:
			s.skip(kind, 0)
		case id == 1:
			h.rows = s.int32()
		case id == 2 && outer != 8, id == 4 && outer == 8:
			h.encoding = parquet.Encoding(s.int32())
		case id == 3 && outer == 5:
			h.levels = parquet.Encoding(s.int32())
		case id == 5 && outer == 8:
			h.defined = s.int32()
		case id == 6 && outer == 8:
			h.repeated = s.int32()
		default:
			s.integer()
		}
	}
}

// Types of Thrift's compact protocol that are named in code.
const (
	compactFalse  = 2
	compactInt32  = 5
	compactStruct = 12
)

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

func (s *compactScanner) int32() int { return int(int32(s.integer())) }

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
	case kind == 1 || kind == compactFalse: // a boolean, whose value is its kind
	case kind == 3:
		s.advance(1)
	case kind >= 4 && kind <= 6:
		s.varint()
	case kind == 7:
		s.advance(8)
	case kind == 8:
		s.advance(s.varint())
	case kind == compactStruct:
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
