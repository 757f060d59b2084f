package onlinejson

import (
	"strconv"

	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// A Writer writes renderings. It keeps memory for the next one, so it serves one at a time; the zero Writer is ready.
//
// Long statuses and event times that columns share are not written once for each column: the text that is appended lacks
// them, and Pieces has all of the answer in order.
type Writer struct {
	present []byte // "PRESENT" many times, comma separated
	epochs  []byte // the epoch many times, comma separated
	cuts    []cut
	pieces  [][]byte
}

// A cut is a place in the text at which a piece is left out.
type cut struct {
	at    int
	piece []byte
}

// pieceBytesMin is how long a piece is at least: copying a shorter one is as cheap as telling the system of it.
const pieceBytesMin = 512

// add appends a piece, or leaves it out if it is long. The piece must not change before the answer is sent.
func (w *Writer) add(dst, piece []byte) []byte {
	if len(piece) < pieceBytesMin {
		return append(dst, piece...)
	}
	w.cuts = append(w.cuts, cut{len(dst), piece})
	return dst
}

// Pieces returns the whole answer, in pieces and by its length, given the text that was appended last, to an empty slice. They
// are valid until the Writer or the Rendering is used again.
func (w *Writer) Pieces(text []byte) (pieces [][]byte, length int) {
	w.pieces, length = w.pieces[:0], len(text)
	from := 0
	for _, c := range w.cuts {
		if c.at > from {
			w.pieces = append(w.pieces, text[from:c.at])
		}
		w.pieces = append(w.pieces, c.piece)
		from, length = c.at, length+len(c.piece)
	}
	return append(w.pieces, text[from:]), length
}

const (
	presentComma = `"PRESENT",`
	epochComma   = epoch + ","
)

// repeated returns n times an item that ends with a comma, without the last comma. kept has some of them already, and more
// afterwards.
func repeated(kept *[]byte, item string, n int) []byte {
	for len(*kept) < n*len(item) {
		*kept = append(*kept, item...)
	}
	return (*kept)[:max(0, n*len(item)-1)]
}

// addPresent adds n statuses PRESENT.
func (w *Writer) addPresent(dst []byte, n int) []byte {
	return w.add(dst, repeated(&w.present, presentComma, n))
}

// AppendFeast is the function AppendFeast of a rendering in FeastForm.
func (w *Writer) AppendFeast(dst []byte, r *serving.Rendering) []byte {
	if w.cuts = w.cuts[:0]; r.Response != nil {
		return AppendFeast(dst, r.Response)
	}
	dst = append(dst, `{"results":[`...)
	for i, k := range r.Keys {
		dst = append(comma(dst, i), `{"values":[`...)
		for j, v := range k.Values {
			dst = jsonvalue.Append(comma(dst, j), v)
		}
		dst = w.addPresent(append(dst, `],"statuses":[`...), r.Rows)
		dst = append(dst, `],"event_timestamps":[`...)
		dst = append(w.add(dst, repeated(&w.epochs, epochComma, r.Rows)), `]}`...)
	}
	for i := range r.Columns {
		var plain bool
		dst, plain = r.AppendValues(append(comma(dst, len(r.Keys)+i), `{"values":[`...), i)
		dst = append(dst, `],"statuses":[`...)
		if plain {
			dst = append(w.addPresent(dst, r.Rows), `],"event_timestamps":[`...)
			dst = append(w.add(dst, r.Events(i)), `]}`...)
			continue
		}
		for j := range r.States {
			dst = append(append(append(comma(dst, j), '"'), feastStatus(r.States[j].Status)...), '"')
		}
		dst = append(dst, `],"event_timestamps":[`...)
		for j := range r.States {
			if dst = comma(dst, j); !r.States[j].Event {
				dst = append(dst, epoch...)
				continue
			}
			dst = r.AppendEvent(dst, i, j)
		}
		dst = append(dst, `]}`...)
	}
	dst = append(dst, `],"metadata":{"feature_names":[`...)
	for i, k := range r.Keys {
		dst = appendString(comma(dst, i), k.Name)
	}
	for i := range r.Columns {
		dst = append(comma(dst, len(r.Keys)+i), r.Columns[i].Quoted.Name...)
	}
	return append(dst, `]}}`...)
}

// Append is the function Append of a rendering in OwnForm.
func (w *Writer) Append(dst []byte, r *serving.Rendering) []byte {
	if w.cuts = w.cuts[:0]; r.Response != nil {
		return Append(dst, r.Response)
	}
	dst = r.AsOf.Append(append(dst, `{"as_of":"`...))
	dst = strconv.AppendInt(append(dst, `","revision":`...), int64(r.Revision), 10)
	dst = appendKeys(append(dst, `,"entities":`...), r.Keys)
	dst = append(dst, `,"results":[`...)
	for i := range r.Columns {
		dst = w.appendColumn(comma(dst, i), r, i)
	}
	return append(appendOlder(append(dst, ']'), r.Older), '}')
}

func (w *Writer) appendColumn(dst []byte, r *serving.Rendering, i int) []byte {
	c := &r.Columns[i].Quoted
	dst = append(append(dst, `{"name":`...), c.Name...)
	dst = append(append(dst, `,"view":`...), c.View...)
	dst = append(append(dst, `,"type":`...), c.Type...)
	dst, plain := r.AppendValues(append(dst, `,"values":[`...), i)
	dst = append(dst, `],"statuses":[`...)
	if plain {
		dst = append(w.addPresent(dst, r.Rows), `],"event_timestamps":[`...)
		return append(w.add(dst, r.Events(i)), `]}`...)
	}
	var reasons, defaulted, nonFinite bool
	for j := range r.States {
		s := &r.States[j]
		dst = append(append(append(comma(dst, j), '"'), s.Status.String()...), '"')
		reasons, defaulted, nonFinite = reasons || s.Reason != "", defaulted || s.Defaulted, nonFinite || s.NonFinite != ""
	}
	dst = append(dst, `],"event_timestamps":[`...)
	for j := range r.States {
		if dst = comma(dst, j); !r.States[j].Event {
			dst = append(dst, "null"...)
			continue
		}
		dst = r.AppendEvent(dst, i, j)
	}
	dst = append(dst, ']')
	if reasons {
		dst = append(dst, `,"reasons":[`...)
		for j := range r.States {
			dst = appendReason(comma(dst, j), r.States[j].Reason)
		}
		dst = append(dst, ']')
	}
	if defaulted {
		dst = append(dst, `,"defaulted":[`...)
		for j := range r.States {
			dst = strconv.AppendBool(comma(dst, j), r.States[j].Defaulted)
		}
		dst = append(dst, ']')
	}
	if nonFinite {
		dst = appendWords(dst, r.Rows, func(j int) string { return r.States[j].NonFinite })
	}
	return append(dst, '}')
}

// appendKeys appends the join keys of an answer in our form as an object of arrays.
func appendKeys(dst []byte, keys []serving.Key) []byte {
	dst = append(dst, '{')
	for i, k := range keys {
		dst = append(appendString(comma(dst, i), k.Name), `:[`...)
		for j, v := range k.Values {
			dst = jsonvalue.AppendOwn(comma(dst, j), v)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// appendWords appends the member non_finite: the words of rows that have one.
func appendWords(dst []byte, rows int, of func(row int) string) []byte {
	dst = append(dst, `,"non_finite":{`...)
	first := true
	for i := range rows {
		word := of(i)
		if word == "" {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = strconv.AppendInt(append(dst, '"'), int64(i), 10)
		dst = append(append(append(dst, `":"`...), word...), '"')
	}
	return append(dst, '}')
}
