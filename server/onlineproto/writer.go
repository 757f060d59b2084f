package onlineproto

import (
	"encoding/binary"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/protovalue"
)

// A Writer writes renderings in serving.PackedForm. It keeps memory for the next one, so it serves one at a time; the zero
// Writer is ready.
type Writer struct {
	uses    []int               // per list of event times: the use whose rows have them
	times   []eventtime.Instant // of the lists, one behind the other
	plain   []int               // per use: the list of its plain columns + 1, 0 before there is one
	stamps  []byte              // event times of plain uses as Feast writes them
	stamped [][2]int            // per use: their part of stamps; empty before it is needed
	present []byte              // statuses PRESENT
}

// Append is the function Append of a rendering.
func (w *Writer) Append(dst []byte, r *serving.Rendering) []byte {
	if r.Response != nil {
		return Append(dst, r.Response)
	}
	w.uses, w.times = w.uses[:0], w.times[:0]
	w.plain = cleared(w.plain, r)
	dst = appendHead(dst, r.AsOf, r.Revision, r.Rows)
	for i := range r.Columns {
		var mark int
		dst, mark = protovalue.Begin(dst, answerFeatures)
		dst = protovalue.End(w.appendFeature(dst, r, i), mark)
	}
	for l := range w.uses {
		dst = appendTimes(dst, w.list(l, r.Rows))
	}
	for _, o := range r.Older {
		dst = appendOlder(dst, o)
	}
	return dst
}

// cleared returns s with a zero item for each use that a column of r has.
func cleared[T any](s []T, r *serving.Rendering) []T {
	uses := 0
	for i := range r.Columns {
		uses = max(uses, r.Columns[i].Use+1)
	}
	s = slices.Grow(s[:0], uses)[:uses]
	clear(s)
	return s
}

func (w *Writer) appendFeature(dst []byte, r *serving.Rendering, column int) []byte {
	c := &r.Columns[column]
	dst = protovalue.AppendText(dst, featureName, c.Name)
	dst = protovalue.AppendText(dst, featureView, c.View)
	dst, mark := protovalue.Begin(dst, featureValues)
	parts, plain := r.Parts(column)
	dst = protovalue.End(protovalue.AppendParts(dst, &c.Type, parts), mark)
	if plain {
		if w.plain[c.Use] == 0 {
			w.plain[c.Use] = w.listOf(r, column, true) + 1
		}
		return protovalue.AppendUint(dst, featureEvents, uint64(w.plain[c.Use]-1))
	}
	events := w.listOf(r, column, false)
	return appendStates(dst, r.States, events, func(s *serving.State) (value.Status, bool, string) { return s.Status, s.Defaulted, s.Reason })
}

// list returns a list of event times.
func (w *Writer) list(number, rows int) []eventtime.Instant {
	return w.times[number*rows : (number+1)*rows]
}

// listOf returns the number of the list of the event times of a column, which is made unless a column of the same use has
// the same.
func (w *Writer) listOf(r *serving.Rendering, column int, plain bool) (number int) {
	from := len(w.times)
	for row := range r.Rows {
		at := eventtime.None
		if plain || r.States[row].Event {
			at = r.Event(column, row)
		}
		w.times = append(w.times, at)
	}
	use, made := r.Columns[column].Use, w.times[from:]
	for l, of := range w.uses {
		if of == use && slices.Equal(w.list(l, r.Rows), made) {
			w.times = w.times[:from]
			return l
		}
	}
	w.uses = append(w.uses, use)
	return len(w.uses) - 1
}

func appendTimes(dst []byte, times []eventtime.Instant) []byte {
	dst, mark := protovalue.Begin(dst, answerEvents)
	dst, packed := protovalue.Begin(dst, 1)
	for _, at := range times {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(at))
	}
	return protovalue.End(protovalue.End(dst, packed), mark)
}

// AppendFeast is the function AppendFeast of a rendering.
func (w *Writer) AppendFeast(dst []byte, r *serving.Rendering) []byte {
	if r.Response != nil {
		return AppendFeast(dst, r.Response)
	}
	w.stamps = w.stamps[:0]
	w.stamped = cleared(w.stamped, r)
	for len(w.present) < r.Rows {
		w.present = append(w.present, byte(value.Present))
	}
	dst = appendFeastHead(dst, r.Keys, len(r.Columns), func(i int) string { return r.Columns[i].Name })
	for i := range r.Columns {
		var mark int
		dst, mark = protovalue.Begin(dst, feastResults)
		dst = protovalue.End(w.appendFeastVector(dst, r, i), mark)
	}
	return dst
}

func (w *Writer) appendFeastVector(dst []byte, r *serving.Rendering, column int) []byte {
	c := &r.Columns[column]
	parts, plain := r.Parts(column)
	for _, p := range parts {
		var mark int
		dst, mark = protovalue.Begin(dst, vectorValues)
		dst = protovalue.End(protovalue.AppendFeastPart(dst, p, &c.Type), mark)
	}
	dst, statuses := protovalue.Begin(dst, vectorStatus)
	if plain {
		dst = protovalue.End(append(dst, w.present[:r.Rows]...), statuses)
		return w.appendStamps(dst, r, column)
	}
	for i := range r.States {
		dst = append(dst, byte(r.States[i].Status))
	}
	dst = protovalue.End(dst, statuses)
	for i := range r.States {
		at := eventtime.None
		if r.States[i].Event {
			at = r.Event(column, i)
		}
		dst = appendTimestamp(dst, at)
	}
	return dst
}

// appendStamps appends the event times of a plain column, which are written once for all columns of its use.
func (w *Writer) appendStamps(dst []byte, r *serving.Rendering, column int) []byte {
	at := &w.stamped[r.Columns[column].Use]
	if at[1] == 0 {
		at[0] = len(w.stamps)
		for row := range r.Rows {
			w.stamps = appendTimestamp(w.stamps, r.Event(column, row))
		}
		at[1] = len(w.stamps)
	}
	return append(dst, w.stamps[at[0]:at[1]]...)
}
