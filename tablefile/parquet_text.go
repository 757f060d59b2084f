package tablefile

import (
	"hash/maphash"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// An arena makes strings out of bytes that will be overwritten, with one allocation per 64 KiB instead of one per
// value, and one string for values that repeat.
type arena struct {
	block strings.Builder
	seed  maphash.Seed
	known [1024]string
	asked int // look-ups so far
	found int
}

const arenaBlock = 64 << 10

func newArena() *arena { return &arena{seed: maphash.MakeSeed()} }

// intern returns b as a string, and whether the same string was returned before.
func (a *arena) intern(b []byte) (string, bool) {
	if len(b) == 0 {
		return "", true
	}
	if a.asked >= 4096 && a.found < a.asked/8 {
		return a.keep(b), false // values hardly repeat: do not look any more
	}
	slot := &a.known[maphash.Bytes(a.seed, b)%uint64(len(a.known))]
	a.asked++
	if *slot == string(b) {
		a.found++
		return *slot, true
	}
	*slot = a.keep(b)
	return *slot, false
}

func (a *arena) keep(b []byte) string {
	if len(b) >= arenaBlock/4 {
		return string(b)
	}
	if a.block.Cap()-a.block.Len() < len(b) {
		a.block = strings.Builder{}
		a.block.Grow(arenaBlock)
	}
	from := a.block.Len()
	a.block.Write(b)
	return a.block.String()[from:]
}

// texts reads String and Bytes columns.
func (d *decoder) texts(r *file.ByteArrayColumnChunkReader) batchFunc {
	strs := newArena()
	return func(at, size int) (int, error) {
		// Within one page the values still lie in the page's memory: no copy is made but ours.
		n, values, err := r.ReadBatchInPage(int64(size), d.buf.texts[:], d.levels(), nil)
		if err == nil {
			row := at - 1 // of value k
			for k, b := range d.buf.texts[:values] {
				if row = d.nextRow(row, at, int(n)); !isPicked(d.picked, row) {
					d.dst.Texts[at+k] = ""
					continue
				}
				s, err := d.text(strs, b, row)
				if err != nil {
					return 0, err
				}
				d.dst.Texts[at+k] = s
			}
		}
		return spread(d, d.dst.Texts, at, counts{int(n), values, err})
	}
}

// text returns b, the value of a row, as a string.
func (d *decoder) text(strs *arena, b []byte, row int) (string, error) {
	s, known := strs.intern(b)
	if d.dst.Type.Kind == value.String && !known && !utf8.ValidString(s) {
		return "", d.fault(row, errs.New(errs.OutOfRange, "the text is not valid UTF-8").
			WithID("T0113").WithHint("declare the column as Bytes, or convert it in the source"))
	}
	return s, nil
}

// nextRow returns the first row after row, in a batch of n rows from first on, that is not null.
func (d *decoder) nextRow(row, first, n int) int {
	row++
	if d.shape.optional {
		for row < first+n-1 && d.buf.levels[row-first] == 0 {
			row++
		}
	}
	return min(row, first+n-1)
}
