package tablefile

import (
	"encoding/binary"
	"math/bits"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/schema"
	"github.com/klauspost/compress/s2"

	"github.com/truepoint/truepoint/tablefile/flatpage"
	"github.com/truepoint/truepoint/value"
)

// statisticBytesMax bounds a text in the statistics: a longer one is left away.
const statisticBytesMax = 4096

// A flatChunk is a column chunk in the making: pages of the first version, compressed with Snappy, each with its checksum.
// Its pages stay in memory until the row group is whole, because columns grow side by side.
type flatChunk struct {
	items flatItems
	nulls []uint64 // of the rows of the present page; may be shorter
	rows  int      // of the present page
	done  chunkDone
}

// A chunkDone is what there is of a column chunk.
type chunkDone struct {
	dictionary   []byte                     // its page; nil: there is none
	pages        [][]byte                   // of data
	encodings    map[parquet.Encoding]int32 // how many of them have each
	uncompressed int64                      // bytes of all pages with their headers
	rows, nulls  int
	low, high    []byte // as chunkItems has them
}

func newChunkDone() chunkDone { return chunkDone{encodings: make(map[parquet.Encoding]int32)} }

// describe writes what the footer says of the column chunk, which begins at a position of the file.
func (d *chunkDone) describe(to *metadata.ColumnChunkMetaDataBuilder, at int64) error {
	dictionaries := map[parquet.Encoding]int32{}
	info := metadata.ChunkMetaInfo{NumValues: int64(d.rows), DataPageOffset: at, IndexPageOffset: -1, UncompressedSize: d.uncompressed}
	if d.dictionary != nil {
		info.DictPageOffset, info.DataPageOffset = at, at+int64(len(d.dictionary))
		dictionaries[parquet.Encodings.Plain] = 1
	}
	info.CompressedSize = int64(len(d.dictionary))
	for _, page := range d.pages {
		info.CompressedSize += int64(len(page))
	}
	stats := metadata.EncodedStatistics{Signed: to.Descr().SortOrder() == schema.SortSIGNED}
	stats.SetNullCount(int64(d.nulls))
	if d.low != nil {
		stats.SetMin(d.low).SetMax(d.high)
	}
	stats.ApplyStatSizeLimits(statisticBytesMax)
	to.SetStats(stats)
	fallback := d.dictionary != nil && d.encodings[parquet.Encodings.Plain] > 0
	return to.Finish(info, d.dictionary != nil, fallback, metadata.EncodingStats{DictEncodingStats: dictionaries, DataEncodingStats: d.encodings})
}

// A pageScratch holds the bytes of a page on its way.
type pageScratch struct{ raw, packed []byte }

// append adds the rows lo ≤ i < hi of a column.
func (k *flatChunk) append(c *value.Column, lo, hi int, s *pageScratch) error {
	for lo < hi {
		next, full, err := k.items.take(c, lo, hi)
		if err != nil {
			return err
		}
		k.mark(c.Nulls, lo, next)
		k.rows += next - lo
		lo = next
		if full {
			k.endPage(s)
		}
	}
	return nil
}

// mark notes which of the rows lo ≤ i < hi are null, behind those that the page has.
func (k *flatChunk) mark(nulls []uint64, lo, hi int) {
	for at := lo; at < hi; at += 64 {
		w := flatpage.Word(nulls, at)
		if rest := hi - at; rest < 64 {
			w &= 1<<rest - 1
		}
		if w == 0 {
			continue
		}
		k.done.nulls += bits.OnesCount64(w)
		to := k.rows + at - lo
		for len(k.nulls) < to>>6+2 {
			k.nulls = append(k.nulls, 0)
		}
		k.nulls[to>>6] |= w << (to & 63)
		k.nulls[to>>6+1] |= w >> (64 - to&63)
	}
}

// endPage makes a page of the rows that came since the last one.
func (k *flatChunk) endPage(s *pageScratch) {
	raw := flatpage.AppendPresent(append(s.raw[:0], 0, 0, 0, 0), k.nulls, k.rows)
	binary.LittleEndian.PutUint32(raw, uint32(len(raw)-4))
	raw, encoding := k.items.page(raw)
	s.raw = raw
	h := pageHeader{kind: pageData, rows: k.rows, encoding: encoding, levels: parquet.Encodings.RLE}
	k.done.pages = append(k.done.pages, k.pageOf(h, s))
	k.done.encodings[encoding]++
	k.done.rows += k.rows
	k.nulls, k.rows = k.nulls[:0], 0
}

// pageOf returns a page, header and body, of what stands in the scratch.
func (k *flatChunk) pageOf(h pageHeader, s *pageScratch) []byte {
	s.packed = s2.EncodeSnappy(s.packed, s.raw)
	h.uncompressed = len(s.raw)
	page := appendPageHeader(nil, h, s.packed)
	k.done.uncompressed += int64(len(page) + len(s.raw))
	return append(page, s.packed...)
}

// finish ends the column chunk and begins the next one.
func (k *flatChunk) finish(s *pageScratch) chunkDone {
	if k.rows > 0 {
		k.endPage(s)
	}
	items := k.items.finish()
	k.done.low, k.done.high = items.low, items.high
	if items.dictionary != nil {
		s.raw = append(s.raw[:0], items.dictionary...)
		h := pageHeader{kind: pageDictionary, rows: items.entries, encoding: parquet.Encodings.Plain}
		k.done.dictionary = k.pageOf(h, s)
	}
	out := k.done
	k.done = newChunkDone()
	return out
}
