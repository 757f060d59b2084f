package tablefile

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/apache/arrow-go/v18/parquet"
)

// pageHeaderMax bounds the length of a header that appendPageHeader makes.
const pageHeaderMax = 64

// appendPageHeader appends the header of a page of the first version, data or dictionary, with the checksum of its body.
// It is the reverse of readPageHeader.
func appendPageHeader(dst []byte, h pageHeader, body []byte) []byte {
	w := compactAppender{b: dst}
	w.int32(1, int32(h.kind))
	w.int32(2, int32(h.uncompressed))
	w.int32(3, int32(len(body)))
	w.int32(4, int32(crc32.ChecksumIEEE(body)))
	if h.kind == pageDictionary {
		w.begin(7)
		w.int32(1, int32(h.rows))
		w.int32(2, int32(h.encoding))
	} else {
		w.begin(5)
		w.int32(1, int32(h.rows))
		w.int32(2, int32(h.encoding))
		w.int32(3, int32(h.levels))
		w.int32(4, int32(parquet.Encodings.RLE)) // of repetition levels, of which there are none
	}
	return append(w.b, 0, 0) // the ends of both structures
}

// A compactAppender writes the fields of a structure in Thrift's compact protocol, with ascending numbers.
type compactAppender struct {
	b  []byte
	id int // of the field before
}

func (w *compactAppender) field(id int, kind byte) {
	w.b = append(w.b, byte(id-w.id)<<4|kind)
	w.id = id
}

func (w *compactAppender) int32(id int, x int32) {
	w.field(id, compactInt32)
	w.b = binary.AppendVarint(w.b, int64(x)) // zigzag, as Thrift has it
}

// begin starts a structure as the last field of the present one.
func (w *compactAppender) begin(id int) {
	w.field(id, compactStruct)
	w.id = 0
}
