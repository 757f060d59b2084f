package pit

import (
	"fmt"
	"hash/maphash"
	"math/bits"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// blockRows is the number of rows that are looked up together: enough to let cache misses overlap, few enough to stay in
// the nearest cache, and the distance between two looks at the context.
const blockRows = 2048

// A keyForm says how the key of a row is held in memory. It follows from the types of the key columns alone, so that
// the keys of a spine and of a history have the same form.
type keyForm uint8

const (
	noKey    keyForm = iota // a view without entities: every row has the same key
	intKey                  // one column of numbers: code is the number
	textKey                 // one column of texts: code is a hash of text, the text itself
	bytesKey                // anything else: code is a hash of text, the encoded key
)

func formOf(types []value.Type) keyForm {
	if len(types) == 0 {
		return noKey
	}
	if len(types) > 1 {
		return bytesKey
	}
	switch types[0].Kind {
	case value.Bool, value.Int32, value.Int64, value.UnixTimestamp:
		return intKey
	case value.String, value.Bytes, value.Uuid:
		return textKey
	}
	return bytesKey
}

// A keyBlock holds the keys of up to blockRows rows of a part. Only rows that are accepted are in it.
type keyBlock struct {
	form keyForm
	seed maphash.Seed
	what string // what the rows are, for messages
	from int64  // number of the part's first row among them
	n    int
	row  [blockRows]int32 // number of the row within its part
	code [blockRows]uint64
	text [blockRows]string // for textKey, bytesKey; shares memory with the columns

	packed []byte
	ends   [blockRows]int32
}

// load fills b with the keys of those of rows lo ≤ i < hi that keep accepts. A nil keep accepts all.
func (b *keyBlock) load(cols []*value.Column, lo, hi int, keep func(i int) bool) error {
	b.n = 0
	for i := lo; i < hi; i++ {
		if keep == nil || keep(i) {
			b.row[b.n] = int32(i)
			b.n++
		}
	}
	switch b.form {
	case noKey:
		clear(b.code[:b.n])
		return nil
	case intKey:
		return b.loadInts(cols)
	case textKey:
		return b.loadTexts(cols)
	}
	return b.loadPacked(cols)
}

func (b *keyBlock) loadInts(cols []*value.Column) error {
	ints := cols[0].Ints
	for j, i := range b.row[:b.n] {
		b.code[j] = uint64(ints[i])
	}
	if cols[0].Type.Kind != value.UnixTimestamp {
		return nil
	}
	for j, i := range b.row[:b.n] {
		if int64(b.code[j])%int64(eventtime.Second) != 0 {
			_, err := value.AppendKeyRow(nil, cols, int(i))
			return keyError(b.what, b.from+int64(i), err)
		}
	}
	return nil
}

func (b *keyBlock) loadTexts(cols []*value.Column) error {
	texts := cols[0].Texts
	for j, i := range b.row[:b.n] {
		t := texts[i]
		if len(t) > value.KeySizeMax/4 {
			if _, err := value.AppendKeyRow(nil, cols, int(i)); err != nil {
				return keyError(b.what, b.from+int64(i), err)
			}
		}
		b.text[j], b.code[j] = t, maphash.String(b.seed, t)
	}
	return nil
}

func (b *keyBlock) loadPacked(cols []*value.Column) error {
	b.packed = b.packed[:0]
	var err error
	for j, i := range b.row[:b.n] {
		if b.packed, err = value.AppendKeyRow(b.packed, cols, int(i)); err != nil {
			return keyError(b.what, b.from+int64(i), err)
		}
		b.ends[j] = int32(len(b.packed))
	}
	all, at := string(b.packed), int32(0)
	for j, end := range b.ends[:b.n] {
		b.text[j], at = all[at:end], end
		b.code[j] = maphash.String(b.seed, b.text[j])
	}
	return nil
}

// sourceRow and entityRow say what rows are, for messages about them.
func sourceRow(view string) string { return fmt.Sprintf("view %q, source row", view) }

const entityRow = "entity row"

// keyError says which row, numbered from 0, has a key that cannot be.
func keyError(what string, row int64, err error) error {
	if err == nil {
		return nil
	}
	return errs.Wrap(err, errs.InvalidArgument, "%s %d", what, row+1)
}

// spread turns a code into a number whose high bits are well mixed.
func spread(code uint64) uint64 {
	hi, lo := bits.Mul64(code^0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93)
	return hi ^ lo
}

// typesOf returns the types of cols.
func typesOf(cols []*value.Column) []value.Type {
	out := make([]value.Type, len(cols))
	for i, c := range cols {
		out[i] = c.Type
	}
	return out
}

// sameTypes returns an error if the key columns of a part have other types than expected: those of the spine, to which
// the caller was to convert it, or of the first part.
func sameTypes(view string, keys []*value.Column, expected []value.Type) error {
	for i, k := range keys {
		if !k.Type.Equal(expected[i]) {
			return errs.New(errs.InvalidArgument, "view %q: join key %d is %s in its source, expected %s", view, i+1, k.Type, expected[i]).
				WithID("T0310").WithHint("convert the entity rows to the type of the entity")
		}
	}
	return nil
}
