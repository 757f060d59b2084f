package tablefile

import (
	"slices"

	"github.com/apache/arrow-go/v18/parquet"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/tablefile/flatpage"
	"github.com/truepoint/truepoint/value"
)

const (
	// textBytesMax bounds a text: readers refuse a page of more than 256 MiB, which also holds up to 64 KiB of levels.
	textBytesMax = int(parquet.DefaultMaxUncompressedPageSize) - 1<<16
	// repeatsSample is the number of first texts by which a column chunk judges whether a dictionary pays.
	repeatsSample = 4096
	// indicesMax is the number of indices of a full page.
	indicesMax = 1 << 15
)

// A textItems are texts and bytes. Where the first of a column chunk repeat, its pages refer to a dictionary, until that
// is full.
type textItems struct {
	judged  bool
	indexed bool // the present page refers to the dictionary
	used    bool // some page does
	dict    dictionary
	indices []uint32 // of the present page, if it is indexed
	values  []byte   // of the present page, if it is not
	bounds  textBounds
}

func (t *textItems) take(c *value.Column, lo, hi int) (next int, full bool, err error) {
	if !t.judged {
		t.judge(c, lo, hi)
	}
	rows := hi - lo
	hi = min(hi, lo+step)
	if t.indexed {
		t.indices = slices.Grow(t.indices, min(rows, indicesMax+step-len(t.indices)))
		next = t.takeIndices(c, lo, hi)
		if next == hi || len(t.indices) > 0 {
			return next, next < hi || len(t.indices) >= indicesMax, nil
		}
		t.indexed = false // the page has no index yet, and the dictionary no room for the first
		lo = next
	}
	return t.takeTexts(c, lo, hi)
}

// judge decides on a dictionary, once there are texts: it pays if at most half of the first are different. The texts that
// it has then are in the rows that are about to be taken.
func (t *textItems) judge(c *value.Column, lo, hi int) {
	texts := 0
	for from, to := range presentRuns(c, lo, hi) {
		for _, text := range c.Texts[from:min(to, from+repeatsSample-texts)] {
			if _, ok := t.index(text); !ok {
				texts = 1 // so that it does not pay
				break
			}
			texts++
		}
	}
	t.judged = texts > 0
	if t.indexed = t.judged && 2*t.dict.entries <= texts; !t.indexed {
		t.dict.clear()
	}
}

// index returns the position of a text in the dictionary; ok is false if it is not there and has no room.
func (t *textItems) index(text string) (i uint32, ok bool) {
	before := t.dict.entries
	i, ok = t.dict.index(text)
	if t.dict.entries > before {
		t.bounds.note(text)
	}
	return i, ok
}

// takeIndices adds the indices of rows until the dictionary has no room for one, and returns the row behind the last.
func (t *textItems) takeIndices(c *value.Column, lo, hi int) int {
	for from, to := range presentRuns(c, lo, hi) {
		for k, text := range c.Texts[from:to] {
			i, ok := t.index(text)
			if !ok {
				return from + k
			}
			t.indices = append(t.indices, i)
		}
	}
	return hi
}

// takeTexts adds texts as they are.
func (t *textItems) takeTexts(c *value.Column, lo, hi int) (next int, full bool, err error) {
	for from, to := range presentRuns(c, lo, hi) {
		for k, text := range c.Texts[from:to] {
			if len(text) > textBytesMax {
				return 0, false, errs.New(errs.InvalidArgument, "a text has %d bytes, a Parquet file holds up to %d", len(text), textBytesMax).
					WithID("T1010").WithHint("keep long texts elsewhere and refer to them")
			}
			if len(t.values) > 0 && len(t.values)+4+len(text) > pageBytes {
				return from + k, true, nil
			}
			t.values = flatpage.AppendText(t.values, text)
			t.bounds.note(text)
		}
	}
	return hi, false, nil
}

func (t *textItems) page(dst []byte) ([]byte, parquet.Encoding) {
	if !t.indexed {
		dst = append(dst, t.values...)
		t.values = t.values[:0]
		return dst, parquet.Encodings.Plain
	}
	dst = flatpage.AppendIndices(dst, t.indices, t.dict.entries)
	t.indices, t.used = t.indices[:0], true
	return dst, parquet.Encodings.RLEDict
}

func (t *textItems) finish() (out chunkItems) {
	out.low, out.high = t.bounds.take()
	if t.used {
		out.dictionary, out.entries = t.dict.plain, t.dict.entries
	}
	t.dict.clear()
	t.judged, t.indexed, t.used = false, false, false
	return out
}

// A textBounds is the least and the greatest of texts, in the order of their bytes.
type textBounds struct{ low, high []byte }

func (b *textBounds) note(text string) {
	switch {
	case b.low == nil:
		b.low, b.high = []byte(text), []byte(text)
	case text < string(b.low):
		b.low = append(b.low[:0], text...)
	case text > string(b.high):
		b.high = append(b.high[:0], text...)
	}
}

// take returns the bounds, nil where there was no text, and forgets them.
func (b *textBounds) take() (low, high []byte) {
	low, high = b.low, b.high
	*b = textBounds{}
	return low, high
}

// A uuidItems are texts of 16 bytes.
type uuidItems struct {
	values []byte // of the present page
	bounds textBounds
}

func (u *uuidItems) take(c *value.Column, lo, hi int) (next int, full bool, err error) {
	const size = 16
	u.values = grown(u.values, hi-lo, size)
	next = min(hi, lo+step)
	for from, to := range presentRuns(c, lo, next) {
		for _, text := range c.Texts[from:to] {
			if len(text) != size {
				return 0, false, errs.New(errs.Internal, "a UUID has %d bytes", len(text))
			}
			u.values = append(u.values, text...)
			u.bounds.note(text)
		}
	}
	return next, len(u.values) >= pageBytes, nil
}

func (u *uuidItems) page(dst []byte) ([]byte, parquet.Encoding) {
	dst = append(dst, u.values...)
	u.values = u.values[:0]
	return dst, parquet.Encodings.Plain
}

func (u *uuidItems) finish() (out chunkItems) {
	out.low, out.high = u.bounds.take()
	return out
}
