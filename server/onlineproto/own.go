package onlineproto

import (
	"encoding/binary"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/protovalue"
)

// Members of truepoint.v1.GetOnlineResponse.
const (
	answerAsOf     protowire.Number = 1
	answerRevision protowire.Number = 2
	answerRows     protowire.Number = 3
	answerFeatures protowire.Number = 4
	answerEvents   protowire.Number = 5
	answerOlder    protowire.Number = 6
)

// Members of truepoint.v1.Feature.
const (
	featureName      protowire.Number = 1
	featureView      protowire.Number = 2
	featureValues    protowire.Number = 3
	featureStatuses  protowire.Number = 4
	featureEvents    protowire.Number = 5
	featureDefaulted protowire.Number = 6
	featureReasons   protowire.Number = 7
)

// Append appends the truepoint.v1.GetOnlineResponse of r. Features that have the same event times, as those of one view
// have, refer to one list of them.
func Append(dst []byte, r *serving.Response) []byte {
	dst = appendHead(dst, r.AsOf, r.Revision, r.Rows)
	var short [16]int
	times := short[:0] // the columns whose event times are listed
	for i := range r.Columns {
		var at int
		times, at = timesOf(r, times, i)
		var mark int
		dst, mark = protovalue.Begin(dst, answerFeatures)
		dst = protovalue.End(appendFeature(dst, &r.Columns[i], at), mark)
	}
	for _, c := range times {
		dst = appendEvents(dst, r.Columns[c].Cells)
	}
	for _, o := range r.Older {
		dst = appendOlder(dst, o)
	}
	return dst
}

func appendHead(dst []byte, asOf eventtime.Instant, revision registry.Revision, rows int) []byte {
	dst = appendFixed(dst, answerAsOf, int64(asOf))
	dst = protovalue.AppendUint(dst, answerRevision, uint64(revision))
	return protovalue.AppendUint(dst, answerRows, uint64(rows))
}

// appendFixed appends an sfixed64, which is left out if it is 0.
func appendFixed(dst []byte, member protowire.Number, n int64) []byte {
	if n == 0 {
		return dst
	}
	return protowire.AppendFixed64(protowire.AppendTag(dst, member, protowire.Fixed64Type), uint64(n))
}

// timesOf returns the place of a column in times whose event times are those of column i, which is added if there is none.
func timesOf(r *serving.Response, times []int, i int) (_ []int, at int) {
	for at, c := range slices.Backward(times) {
		if sameEvents(&r.Columns[c], &r.Columns[i]) {
			return times, at
		}
	}
	return append(times, i), len(times)
}

// sameEvents reports whether the cells of two features have the same event times. Those of different views are taken for
// different unseen.
func sameEvents(a, b *serving.Column) bool {
	if a.View != b.View {
		return false
	}
	for i := range a.Cells {
		if a.Cells[i].Event != b.Cells[i].Event {
			return false
		}
	}
	return true
}

func appendFeature(dst []byte, c *serving.Column, events int) []byte {
	dst = protovalue.AppendText(dst, featureName, c.Name)
	dst = protovalue.AppendText(dst, featureView, c.View)
	dst, mark := protovalue.Begin(dst, featureValues)
	dst = protovalue.AppendColumn(dst, &c.Field.Type, len(c.Cells), (*items)(c))
	dst = protovalue.End(dst, mark)
	return appendStates(dst, c.Cells, events, func(c *serving.Cell) (value.Status, bool, string) { return c.Status, c.Defaulted, c.Reason })
}

// appendStates appends how the cells of a feature stand, as of says it, and the number of its list of event times.
func appendStates[C any](dst []byte, cells []C, events int, of func(*C) (value.Status, bool, string)) []byte {
	var absent, defaulted, reasons bool
	for i := range cells {
		status, d, reason := of(&cells[i])
		absent, defaulted, reasons = absent || status != value.Present, defaulted || d, reasons || reason != ""
	}
	mark := 0
	if absent {
		dst, mark = protovalue.Begin(dst, featureStatuses)
		for i := range cells {
			status, _, _ := of(&cells[i])
			dst = append(dst, byte(status))
		}
		dst = protovalue.End(dst, mark)
	}
	dst = protovalue.AppendUint(dst, featureEvents, uint64(events))
	if defaulted {
		dst, mark = protovalue.Begin(dst, featureDefaulted)
		for i := range cells {
			_, d, _ := of(&cells[i])
			dst = append(dst, boolByte(d))
		}
		dst = protovalue.End(dst, mark)
	}
	if reasons {
		for i := range cells {
			_, _, reason := of(&cells[i])
			dst = protovalue.AppendText(dst, featureReasons, reason)
		}
	}
	return dst
}

// items are the values of a column.
type items serving.Column

// At returns the value of a row.
func (c *items) At(i int) value.Value { return c.Cells[i].Value }

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func appendEvents(dst []byte, cells []serving.Cell) []byte {
	dst, mark := protovalue.Begin(dst, answerEvents)
	dst, packed := protovalue.Begin(dst, 1)
	for i := range cells {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(cells[i].Event))
	}
	return protovalue.End(protovalue.End(dst, packed), mark)
}

func appendOlder(dst []byte, o *serving.Older) []byte {
	dst, mark := protovalue.Begin(dst, answerOlder)
	dst = protovalue.AppendText(dst, 1, o.View)
	dst = protovalue.AppendUint(dst, 2, uint64(o.Generation))
	dst = protovalue.AppendUint(dst, 3, uint64(o.Revision))
	dst = protovalue.AppendUint(dst, 4, uint64(o.Waiting))
	return protovalue.End(dst, mark)
}
