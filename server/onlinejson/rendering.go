package onlinejson

import (
	"strconv"

	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// A Writer writes renderings. It keeps memory for the next one, so it serves one at a time; the zero Writer is ready.
type Writer struct {
	present []byte // "PRESENT" many times, comma separated
}

const presentComma = `"PRESENT",`

// appendPresent appends n statuses PRESENT.
func (w *Writer) appendPresent(dst []byte, n int) []byte {
	for len(w.present) < n*len(presentComma) {
		w.present = append(w.present, presentComma...)
	}
	return append(dst, w.present[:max(0, n*len(presentComma)-1)]...)
}

// AppendFeast is the function AppendFeast of a rendering in FeastForm.
func (w *Writer) AppendFeast(dst []byte, r *serving.Rendering) []byte {
	if r.Response != nil {
		return AppendFeast(dst, r.Response)
	}
	dst = append(dst, `{"results":[`...)
	for i, k := range r.Keys {
		dst = append(comma(dst, i), `{"values":[`...)
		for j, v := range k.Values {
			dst = jsonvalue.Append(comma(dst, j), v)
		}
		dst = w.appendPresent(append(dst, `],"statuses":[`...), r.Rows)
		dst = append(dst, `],"event_timestamps":[`...)
		for j := range r.Rows {
			dst = append(comma(dst, j), epoch...)
		}
		dst = append(dst, `]}`...)
	}
	for i := range r.Columns {
		var plain bool
		dst, plain = r.AppendValues(append(comma(dst, len(r.Keys)+i), `{"values":[`...), i)
		dst = append(dst, `],"statuses":[`...)
		if plain {
			dst = append(w.appendPresent(dst, r.Rows), `],"event_timestamps":[`...)
			dst = append(r.AppendEvents(dst, i), `]}`...)
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
	if r.Response != nil {
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
		dst = append(w.appendPresent(dst, r.Rows), `],"event_timestamps":[`...)
		return append(r.AppendEvents(dst, i), `]}`...)
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
