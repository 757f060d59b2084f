package tablefile

import (
	"context"
	"io"

	"github.com/apache/arrow-go/v18/parquet/metadata"
)

// A Fetcher is an optional ability of the bytes that a Source gives, where every read costs a round trip.
type Fetcher interface {
	// Fetch reads ranges, each a first position and the end after it, which may overlap and lie outside the file, in few
	// requests. It returns the same bytes, those of the ranges in memory. Errors: those of reading.
	Fetch(ctx context.Context, ranges [][2]int64) (io.ReaderAt, error)
}

// fetch fetches ranges if r is a Fetcher; else it returns r.
func fetch(ctx context.Context, r io.ReaderAt, ranges [][2]int64) (io.ReaderAt, error) {
	if f, ok := r.(Fetcher); ok {
		return f.Fetch(ctx, ranges)
	}
	return r, nil
}

// footerBytes is how much of the end of a Parquet file is fetched at once: most footers are shorter.
const footerBytes = 64 << 10

// windowStep returns how much of a text file is read at once.
func windowStep(r io.ReaderAt) int {
	if _, ok := r.(Fetcher); ok {
		return 8 << 20
	}
	return 1 << 20
}

// ranges returns where the column chunks of the named columns lie.
func (p *parquetPart) ranges(names []string) [][2]int64 {
	var out [][2]int64
	group := p.file.parquet.meta.RowGroup(p.group)
	for _, name := range names {
		w, ok := p.wants[name]
		if !ok || w.shape == nil {
			continue
		}
		for _, leaf := range w.shape.leaves {
			if chunk, err := group.ColumnChunk(leaf); err == nil { // openParquet has read them all
				start := chunkStart(chunk)
				out = append(out, [2]int64{start, start + chunk.TotalCompressedSize()})
			}
		}
	}
	return out
}

// chunkStart returns the position of a column chunk: that of its dictionary if it has one, else of its first page.
func chunkStart(chunk *metadata.ColumnChunkMetaData) int64 {
	start := chunk.DataPageOffset()
	if chunk.HasDictionaryPage() && chunk.DictionaryPageOffset() > 0 && chunk.DictionaryPageOffset() < start {
		return chunk.DictionaryPageOffset()
	}
	return start
}
