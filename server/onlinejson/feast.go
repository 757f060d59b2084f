package onlinejson

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// AppendFeast appends the document that POST /get-online-features answers: one entry of results per name, join keys
// first, then features in request order; each a column with one item per entity row. A join key and a missing row have
// the epoch as event time; our ERROR is Feast's INVALID.
func AppendFeast(dst []byte, r *serving.Response) []byte {
	dst = append(dst, `{"results":[`...)
	for i, k := range r.Keys {
		dst = comma(dst, i)
		dst = appendFeastKey(dst, k)
	}
	for i, c := range r.Columns {
		dst = comma(dst, len(r.Keys)+i)
		dst = appendFeastColumn(dst, c.Cells, c.Field.Type)
	}
	dst = append(dst, `],"metadata":{"feature_names":[`...)
	for i, k := range r.Keys {
		dst = comma(dst, i)
		dst = appendString(dst, k.Name)
	}
	for i, c := range r.Columns {
		dst = comma(dst, len(r.Keys)+i)
		dst = appendString(dst, c.Name)
	}
	return append(dst, `]}}`...)
}

const epoch = `"1970-01-01T00:00:00Z"`

func appendFeastKey(dst []byte, k serving.Key) []byte {
	dst = append(dst, `{"values":[`...)
	for i, v := range k.Values {
		dst = jsonvalue.Append(comma(dst, i), v)
	}
	dst = append(dst, `],"statuses":[`...)
	for i := range k.Values {
		dst = append(comma(dst, i), `"PRESENT"`...)
	}
	dst = append(dst, `],"event_timestamps":[`...)
	for i := range k.Values {
		dst = append(comma(dst, i), epoch...)
	}
	return append(dst, `]}`...)
}

func appendFeastColumn(dst []byte, cells []serving.Cell, t value.Type) []byte {
	dst = append(dst, `{"values":[`...)
	for i, c := range cells {
		dst = jsonvalue.AppendTyped(comma(dst, i), c.Value, t)
	}
	dst = append(dst, `],"statuses":[`...)
	for i, c := range cells {
		dst = append(comma(dst, i), '"')
		dst = append(append(dst, feastStatus(c.Status)...), '"')
	}
	dst = append(dst, `],"event_timestamps":[`...)
	for i, c := range cells {
		dst = comma(dst, i)
		if c.Event == eventtime.None {
			dst = append(dst, epoch...)
			continue
		}
		dst = append(dst, '"')
		dst = append(append(dst, c.Event.String()...), '"')
	}
	return append(dst, `]}`...)
}

func feastStatus(s value.Status) string {
	if s == value.Error {
		return "INVALID"
	}
	return s.String()
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

func appendString(dst []byte, s string) []byte { return jsonvalue.Append(dst, value.OfString(s)) }
