package tablefile

import (
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// statisticBytesMax bounds a text in the statistics: a longer one is left away.
const statisticBytesMax = 4096

// A chunkDone is a column chunk that is encoded. Its pages stay in memory until the row group is whole, because columns
// grow side by side.
type chunkDone struct {
	dictionary   []byte                     // its page, header and body; nil: there is none
	pages        [][]byte                   // of data
	encodings    map[parquet.Encoding]int32 // how many of them have each
	uncompressed int64                      // bytes of all pages with their headers
	values       int                        // of data pages, nulls among them
	stats        metadata.EncodedStatistics
}

func newChunkDone() chunkDone { return chunkDone{encodings: make(map[parquet.Encoding]int32)} }

// add adds a page with this header and body, which it copies.
func (d *chunkDone) add(h pageHeader, body []byte) {
	page := appendPageHeader(buffers.Allocate(pageHeaderMax + len(body))[:0], h, body)
	d.uncompressed += int64(len(page) + h.uncompressed)
	page = append(page, body...)
	if h.kind == pageDictionary {
		d.dictionary = page
		return
	}
	d.pages = append(d.pages, page)
	d.encodings[h.encoding]++
	d.values += h.rows
}

// describe writes what the footer says of the column chunk, which begins at a position of the file.
func (d *chunkDone) describe(to *metadata.ColumnChunkMetaDataBuilder, at int64) error {
	info := metadata.ChunkMetaInfo{NumValues: int64(d.values), DataPageOffset: at, IndexPageOffset: -1, UncompressedSize: d.uncompressed}
	pages := metadata.EncodingStats{DataEncodingStats: d.encodings}
	if d.dictionary != nil {
		info.DictPageOffset, info.DataPageOffset = at, at+int64(len(d.dictionary))
		pages.DictEncodingStats = map[parquet.Encoding]int32{parquet.Encodings.Plain: 1}
	}
	info.CompressedSize = int64(len(d.dictionary))
	for _, page := range d.pages {
		info.CompressedSize += int64(len(page))
	}
	d.stats.ApplyStatSizeLimits(statisticBytesMax)
	d.stats.Signed = to.Descr().SortOrder() == schema.SortSIGNED
	if d.stats.IsSet() {
		to.SetStats(d.stats)
	}
	fallback := d.dictionary != nil && d.encodings[parquet.Encodings.Plain] > 0
	return to.Finish(info, d.dictionary != nil, fallback, pages)
}
