package tablefile

import (
	"encoding/binary"
	"math/bits"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/klauspost/compress/s2"

	"github.com/truepoint/truepoint/tablefile/flatpage"
	"github.com/truepoint/truepoint/value"
)

// A flatColumn writes the columns whose items repeat and nest nowhere: pages of the first version, compressed with Snappy.
type flatColumn struct {
	items flatItems
	nulls []uint64 // of the rows of the present page; may be shorter
	rows  int      // of the present page
	done  chunkDone
}

// A pageScratch holds the bytes of a page on its way.
type pageScratch struct{ raw, packed []byte }

func (f *flatColumn) append(c *value.Column, lo, hi int, s *pageScratch) error {
	for lo < hi {
		next, full, err := f.items.take(c, lo, hi)
		if err != nil {
			return err
		}
		f.mark(c.Nulls, lo, next)
		f.rows += next - lo
		lo = next
		if full {
			f.endPage(s)
		}
	}
	return nil
}

// mark notes which of the rows lo ≤ i < hi are null, behind those that the page has.
func (f *flatColumn) mark(nulls []uint64, lo, hi int) {
	for at := lo; at < hi; at += 64 {
		w := flatpage.Word(nulls, at)
		if rest := hi - at; rest < 64 {
			w &= 1<<rest - 1
		}
		if w == 0 {
			continue
		}
		f.done.stats.NullCount += int64(bits.OnesCount64(w))
		to := f.rows + at - lo
		for len(f.nulls) < to>>6+2 {
			f.nulls = append(f.nulls, 0)
		}
		f.nulls[to>>6] |= w << (to & 63)
		f.nulls[to>>6+1] |= w >> (64 - to&63)
	}
}

// endPage makes a page of the rows that came since the last one.
func (f *flatColumn) endPage(s *pageScratch) {
	raw := flatpage.AppendPresent(append(s.raw[:0], 0, 0, 0, 0), f.nulls, f.rows)
	binary.LittleEndian.PutUint32(raw, uint32(len(raw)-4))
	raw, encoding := f.items.page(raw)
	s.raw = raw
	f.add(pageHeader{kind: pageData, rows: f.rows, encoding: encoding, levels: parquet.Encodings.RLE}, s)
	f.nulls, f.rows = f.nulls[:0], 0
}

// add adds a page of what stands in the scratch.
func (f *flatColumn) add(h pageHeader, s *pageScratch) {
	s.packed = s2.EncodeSnappy(s.packed, s.raw)
	h.uncompressed = len(s.raw)
	f.done.add(h, s.packed)
}

func (f *flatColumn) finish(s *pageScratch) ([]chunkDone, error) {
	if f.rows > 0 {
		f.endPage(s)
	}
	items := f.items.finish()
	if items.dictionary != nil {
		s.raw = append(s.raw[:0], items.dictionary...)
		f.add(pageHeader{kind: pageDictionary, rows: items.entries, encoding: parquet.Encodings.Plain}, s)
	}
	out := f.done
	f.done = newChunkDone()
	out.stats.HasNullCount = true
	if items.low != nil {
		out.stats.SetMin(items.low).SetMax(items.high)
	}
	return []chunkDone{out}, nil
}
