package tablefile

import (
	"testing"

	"github.com/apache/arrow-go/v18/parquet"
	"pgregory.net/rapid"
)

func TestPageHeadersReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := pageHeader{
			kind:         rapid.SampledFrom([]int{pageData, pageDictionary}).Draw(t, "kind"),
			uncompressed: rapid.IntRange(0, 1<<31-1).Draw(t, "uncompressed"),
			rows:         rapid.IntRange(0, 1<<31-1).Draw(t, "rows"),
			encoding:     rapid.SampledFrom([]parquet.Encoding{parquet.Encodings.Plain, parquet.Encodings.RLEDict}).Draw(t, "encoding"),
		}
		if h.kind == pageData {
			h.levels = parquet.Encodings.RLE
		}
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		page := append(appendPageHeader(nil, h, body), body...)
		got, ok := readPageHeader(page)
		if !ok || got.length != len(page)-len(body) || got.size != len(body) || !got.summed {
			t.Fatalf("got %+v, %v", got, ok)
		}
		if err := got.verify(body); err != nil {
			t.Fatal(err)
		}
		h.length, h.size, h.sum, h.summed = got.length, got.size, got.sum, true
		if got != h {
			t.Fatalf("got %+v, want %+v", got, h)
		}
	})
}
