package onlinejson

import (
	"strconv"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// Append appends the document that POST /v1/online answers:
//
//	{"as_of": "…", "revision": 3, "entities": {"user_id": ["u1"]},
//	 "results": [{"name": "…", "view": "…", "type": "Int64", "values": [7], "statuses": ["PRESENT"],
//	              "event_timestamps": ["…"], "reasons": [null], "defaulted": [false], "non_finite": {"0": "NaN"}}],
//	 "older": [{"view": "…", "generation": 1, "revision": 2, "waiting_generation": 2}]}
//
// The member older is present when a view is answered as an older revision defines it, until the first complete run of
// the generation that waits.
// Columns have one item per entity row. A row that was not found has event time null. The members reasons and defaulted
// are present when a cell of the column has a reason or was defaulted; non_finite names, by row, the cells whose value
// JSON cannot write and that stand as null.
func Append(dst []byte, r *serving.Response) []byte {
	dst = append(dst, `{"as_of":"`...)
	dst = append(dst, r.AsOf.String()...)
	dst = append(dst, `","revision":`...)
	dst = strconv.AppendInt(dst, int64(r.Revision), 10)
	dst = appendKeys(append(dst, `,"entities":`...), r.Keys)
	dst = append(dst, `,"results":[`...)
	for i := range r.Columns {
		dst = appendColumn(comma(dst, i), &r.Columns[i])
	}
	return append(appendOlder(append(dst, ']'), r.Older), '}')
}

func appendOlder(dst []byte, all []*serving.Older) []byte {
	if len(all) == 0 {
		return dst
	}
	dst = append(dst, `,"older":[`...)
	for i, o := range all {
		dst = appendString(append(comma(dst, i), `{"view":`...), o.View)
		dst = strconv.AppendUint(append(dst, `,"generation":`...), uint64(o.Generation), 10)
		dst = strconv.AppendInt(append(dst, `,"revision":`...), int64(o.Revision), 10)
		dst = strconv.AppendUint(append(dst, `,"waiting_generation":`...), uint64(o.Waiting), 10)
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func appendColumn(dst []byte, c *serving.Column) []byte {
	dst = appendString(append(dst, `{"name":`...), c.Name)
	dst = appendString(append(dst, `,"view":`...), c.View)
	dst = appendString(append(dst, `,"type":`...), c.Field.Type.String())
	dst = append(dst, `,"values":[`...)
	var reasons, defaulted, nonFinite bool
	for i := range c.Cells {
		cell := &c.Cells[i]
		dst = jsonvalue.AppendOwnTyped(comma(dst, i), cell.Value, c.Field.Type)
		reasons = reasons || cell.Reason != ""
		defaulted = defaulted || cell.Defaulted
		nonFinite = nonFinite || jsonvalue.NonFinite(cell.Value) != ""
	}
	dst = append(dst, `],"statuses":[`...)
	for i := range c.Cells {
		dst = append(append(append(comma(dst, i), '"'), c.Cells[i].Status.String()...), '"')
	}
	dst = append(dst, `],"event_timestamps":[`...)
	for i := range c.Cells {
		dst = appendInstant(comma(dst, i), c.Cells[i].Event)
	}
	dst = append(dst, ']')
	if reasons {
		dst = append(dst, `,"reasons":[`...)
		for i := range c.Cells {
			dst = appendReason(comma(dst, i), c.Cells[i].Reason)
		}
		dst = append(dst, ']')
	}
	if defaulted {
		dst = append(dst, `,"defaulted":[`...)
		for i := range c.Cells {
			dst = strconv.AppendBool(comma(dst, i), c.Cells[i].Defaulted)
		}
		dst = append(dst, ']')
	}
	if nonFinite {
		dst = appendWords(dst, len(c.Cells), func(i int) string { return jsonvalue.NonFinite(c.Cells[i].Value) })
	}
	return append(dst, '}')
}

func appendInstant(dst []byte, i eventtime.Instant) []byte {
	if i == eventtime.None {
		return append(dst, "null"...)
	}
	return append(append(append(dst, '"'), i.String()...), '"')
}

func appendReason(dst []byte, reason string) []byte {
	if reason == "" {
		return append(dst, "null"...)
	}
	return appendString(dst, reason)
}
