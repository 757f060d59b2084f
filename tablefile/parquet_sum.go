package tablefile

import (
	"errors"
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
		if err := h.verify(b[h.length : h.length+h.size]); err != nil {
			return fmt.Errorf("page %d: %w", page, err)
		}
		b = b[h.length+h.size:]
	}
	return nil
}

// verify compares the bytes of a page with its checksum, if it has one.
func (h *pageHeader) verify(body []byte) error {
	if h.summed && crc32.ChecksumIEEE(body) != h.sum {
		return errors.New("the checksum is wrong")
	}
	return nil
}
