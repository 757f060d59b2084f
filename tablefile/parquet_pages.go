package tablefile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"

	"github.com/apache/arrow-go/v18/parquet"

	"github.com/truepoint/truepoint/tablefile/flatpage"
)

// errOtherEncoding says that a column chunk has a page that only the library's decoder reads.
var errOtherEncoding = errors.New("another encoding")

// A dataPage is one page of a flat column, decompressed.
type dataPage struct {
	rows    int
	levels  []byte // definition levels; nil: every row has a value
	values  []byte
	indexed bool // the values are indices into the dictionary
}

// decodePages reads all pages of the column chunk into d.dst, of picked rows only those, where all pages hold plain
// values or indices; else it returns errOtherEncoding, and d.dst is to be filled anew. It is what nearly all files are
// read with; decodeChunk, which reads every encoding, is its oracle.
func (d *decoder) decodePages(r io.ReaderAt) error {
	values := d.pageValues()
	if values == nil {
		return errOtherEncoding
	}
	pages, err := d.openPages(r)
	if err != nil {
		return err
	}
	defer pages.close()
	rows := 0
	d.out = 0
	for rows < d.part.rows {
		h, err := pages.next()
		if err != nil {
			return d.damaged(fmt.Errorf("it has %d of %d rows (%w)", rows, d.part.rows, err))
		}
		switch h.kind {
		case pageDictionary:
			err = d.takeDictionary(h, pages, values)
		case pageData, pageDataV2:
			if h.rows > d.part.rows-rows {
				return d.damaged(fmt.Errorf("it has more than %d rows", d.part.rows))
			}
			err = d.takePage(h, pages, rows, values)
			rows += h.rows
		}
		if err != nil {
			return err
		}
	}
	if h, err := pages.next(); err == nil && h.rows > 0 && (h.kind == pageData || h.kind == pageDataV2) {
		return d.damaged(fmt.Errorf("it has more than %d rows", rows))
	}
	return nil
}

// takeDictionary hands over the dictionary, which has to come first and must be plain.
func (d *decoder) takeDictionary(h pageHeader, pages *pages, values pageValues) error {
	if h.encoding != parquet.Encodings.Plain && h.encoding != parquet.Encodings.PlainDict {
		return d.damaged(fmt.Errorf("its dictionary is encoded as %s", h.encoding))
	}
	if pages.dictionary != nil {
		return d.damaged(errors.New("it has more than one dictionary"))
	}
	var err error
	if pages.dictionary, err = pages.decompress(h, 0, nil); err != nil {
		return d.damaged(err)
	}
	return values.dictionary(pages.dictionary, h.rows)
}

// takePage stores the values of a page whose first row is row at of the part. It does not even decompress one of which
// no row is asked for.
func (d *decoder) takePage(h pageHeader, pages *pages, at int, values pageValues) error {
	p := dataPage{rows: h.rows}
	switch h.encoding {
	case parquet.Encodings.Plain:
	case parquet.Encodings.PlainDict, parquet.Encodings.RLEDict:
		p.indexed = true
	default:
		return errOtherEncoding
	}
	if d.picked != nil && !anyPicked(d.picked, at, at+h.rows) {
		return nil
	}
	if h.kind == pageData && d.shape.optional && h.levels != parquet.Encodings.RLE {
		return errOtherEncoding
	}
	levels := h.repeated + h.defined // they stand before the values of a page of the second version, not compressed
	if levels > h.size {
		return d.damaged(flatpage.ErrDamaged)
	}
	var err error
	if pages.page, err = pages.decompress(h, levels, pages.page); err != nil {
		return d.damaged(err)
	}
	p.values = pages.page
	skip, size := h.repeated, h.defined
	if h.kind == pageData && d.shape.optional {
		if len(p.values) < 4 {
			return d.damaged(flatpage.ErrDamaged)
		}
		skip, size = 4, int(binary.LittleEndian.Uint32(p.values))
	}
	if skip > len(p.values) || size > len(p.values)-skip {
		return d.damaged(flatpage.ErrDamaged)
	}
	if d.shape.optional {
		p.levels = p.values[skip : skip+size]
	}
	p.values = p.values[skip+size:]
	return d.decodePage(p, at, values)
}

func (d *decoder) damaged(cause error) error {
	return d.part.file.damaged(d.part.group, d.want.File, cause)
}

// anyPicked reports whether any of the rows lo ≤ i < hi is picked.
func anyPicked(picked []uint64, lo, hi int) bool {
	for ; lo < hi; lo += 64 {
		word := pickedWord(picked, lo)
		if rest := hi - lo; rest < 64 {
			word &= 1<<rest - 1
		}
		if word != 0 {
			return true
		}
	}
	return false
}

// decodePage stores the values of a page whose first row is row at of the part.
func (d *decoder) decodePage(p dataPage, at int, values pageValues) error {
	d.buf.present = d.buf.present[:0]
	n := p.rows
	if p.levels != nil {
		d.buf.present = append(d.buf.present, make([]uint64, (p.rows+63)/64)...)
		var err error
		if n, err = flatpage.Present(p.levels, p.rows, d.buf.present); err != nil {
			return d.damaged(err)
		}
		if n == p.rows {
			d.buf.present = d.buf.present[:0]
		}
	}
	if d.picked == nil && n == p.rows {
		return values.all(p, at)
	}
	d.buf.chosen = slices.Grow(d.buf.chosen[:0], min(n, d.dst.Len()))
	d.choose(p.rows, at, values)
	return values.chosen(p, d.buf.chosen)
}

// A choice is a row of the part that is asked for and has a value: the row of the result that it is, and which value of
// its page it has.
type choice struct{ row, out, value int32 }

// choose lists the choices of a page and marks those of its rows that are asked for and null.
func (d *decoder) choose(rows, at int, values pageValues) {
	chosen := d.buf.chosen[:0]
	before := 0 // values before the word
	for lo := 0; lo < rows; lo += 64 {
		present := ^uint64(0)
		if len(d.buf.present) > 0 {
			present = d.buf.present[lo>>6]
		}
		wanted := pickedWord(d.picked, at+lo)
		if rest := rows - lo; rest < 64 {
			wanted &= 1<<rest - 1
		}
		for w := wanted &^ present; w != 0; w &= w - 1 {
			out := d.out + bits.OnesCount64(wanted&(w&-w-1))
			d.dst.SetNull(out)
			values.blank(out)
		}
		for w := wanted & present; w != 0; w &= w - 1 {
			i := bits.TrailingZeros64(w)
			earlier := uint64(1)<<i - 1
			out, value := d.out+bits.OnesCount64(wanted&earlier), before+bits.OnesCount64(present&earlier)
			chosen = append(chosen, choice{int32(at + lo + i), int32(out), int32(value)})
		}
		before += bits.OnesCount64(present)
		d.out += bits.OnesCount64(wanted)
	}
	d.buf.chosen = chosen
}

// pickedWord returns the bits of 64 rows from row on; nil picks all.
func pickedWord(picked []uint64, row int) uint64 {
	if picked == nil {
		return ^uint64(0)
	}
	return flatpage.Word(picked, row)
}
