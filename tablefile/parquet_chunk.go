package tablefile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/metadata"

	"github.com/truepoint/truepoint/tablefile/flatpage"
)

// A pages walks over the pages of a column chunk, which is read in one piece. Its buffers are recycled.
type pages struct {
	chunk      []byte // the whole
	rest       []byte // behind the page that next returned
	body       []byte // of that page
	codec      compress.Codec
	snappy     bool
	page       []byte // decompressed
	dictionary []byte // decompressed
}

// openPages reads the column chunk. Errors: those of reading, DataLoss, and errOtherEncoding for a chunk whose length in
// the footer may be wrong, which the library knows how to read.
func (d *decoder) openPages(r io.ReaderAt) (*pages, error) {
	f := d.part.file.parquet
	chunk, err := f.meta.RowGroup(d.part.group).ColumnChunk(d.shape.leaves[0])
	if err != nil {
		return nil, d.damaged(err)
	}
	if f.meta.WriterVersion().LessThan(metadata.Parquet816FixedVersion) {
		return nil, errOtherEncoding
	}
	codec, err := compress.GetCodec(chunk.Compression())
	if err != nil {
		return nil, d.damaged(err)
	}
	p := &pages{codec: codec, snappy: chunk.Compression() == compress.Codecs.Snappy}
	p.chunk = buffers.Allocate(int(chunk.TotalCompressedSize()))
	if n, err := r.ReadAt(p.chunk, chunkStart(chunk)); n < len(p.chunk) {
		p.close()
		return nil, d.damaged(errorOr(err))
	}
	p.rest = p.chunk
	return p, nil
}

func (p *pages) close() {
	for _, b := range [][]byte{p.chunk, p.page, p.dictionary} {
		buffers.Free(b)
	}
}

// next goes to the next page, whose checksum, which the format allows to be absent, it verifies. Spark writes them.
func (p *pages) next() (pageHeader, error) {
	if len(p.rest) == 0 {
		return pageHeader{}, errors.New("the pages end early")
	}
	h, ok := readPageHeader(p.rest)
	if !ok || h.size > len(p.rest)-h.length {
		return h, errors.New("a page's header is damaged")
	}
	p.body, p.rest = p.rest[h.length:h.length+h.size], p.rest[h.length+h.size:]
	return h, h.verify(p.body)
}

// decompress returns the bytes of the present page, of which the first stored ones are not compressed, in buf or in a
// buffer in its place.
func (p *pages) decompress(h pageHeader, stored int, buf []byte) ([]byte, error) {
	if int64(h.uncompressed) > parquet.DefaultMaxUncompressedPageSize || h.uncompressed < stored {
		return buf, fmt.Errorf("a page of %d bytes", h.uncompressed)
	}
	if cap(buf) < h.uncompressed {
		buffers.Free(buf)
		buf = buffers.Allocate(h.uncompressed)
	}
	buf = buf[:h.uncompressed]
	copy(buf, p.body[:stored])
	body := p.body[stored:]
	switch {
	case h.stored:
		if len(body) != len(buf)-stored {
			return buf, flatpage.ErrDamaged
		}
		copy(buf[stored:], body)
		return buf, nil
	case len(buf) == stored: // nothing but nulls; some writers leave the empty block away
		return buf, nil
	case p.snappy: // the decoder allocates what the block says
		if n, _ := binary.Uvarint(body); n != uint64(len(buf)-stored) {
			return buf, flatpage.ErrDamaged
		}
	}
	out, err := compress.Decode(p.codec, buf[stored:], body)
	if err != nil {
		return buf, err
	}
	if len(out) != len(buf)-stored {
		return buf, flatpage.ErrDamaged
	}
	if len(out) > 0 && &out[0] != &buf[stored] {
		copy(buf[stored:], out)
	}
	return buf, nil
}
