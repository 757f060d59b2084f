package arrowvalue

import (
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// chunkBytes is how much text shares one allocation: large enough to be cheap, small enough that a value kept for
// long does not pin much.
const chunkBytes = 1 << 14

// texts fills a String column. Neighbouring texts share an allocation.
func texts(dst *value.Column, a array.StringLike, opt *Options) error {
	nulls := a.NullN() > 0
	var pending strings.Builder
	first := 0 // row of the first text in pending
	flush := func(end int) {
		all := pending.String()
		at := 0
		for i := first; i < end; i++ {
			n := len(dst.Texts[i])
			dst.Texts[i] = all[at : at+n]
			at += n
		}
		pending.Reset()
		first = end
	}
	for i := range a.Len() {
		if nulls && a.IsNull(i) {
			dst.SetNull(i)
			continue
		}
		s := a.Value(i)
		if !utf8.ValidString(s) {
			return opt.rowError(i, notUTF8())
		}
		if pending.Len()+len(s) > chunkBytes {
			flush(i)
			pending.Grow(chunkBytes)
		}
		dst.Texts[i] = s
		pending.WriteString(s)
	}
	flush(a.Len())
	return nil
}

func notUTF8() error {
	return errs.New(errs.InvalidArgument, "a text is not valid UTF-8").WithID("T0116")
}
