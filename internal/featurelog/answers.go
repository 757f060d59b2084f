package featurelog

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// Rendered logs the sampled entities of an answer, which has been sent already.
func (l *Log) Rendered(r *serving.Rendering, requestID string, at eventtime.Instant) {
	if r.Response != nil {
		l.Answered(r.Response, r.Service, requestID, at)
		return
	}
	l.sampled(r.Keys, r.Rows, func(row int, keys string) *Entry {
		return &Entry{RequestID: requestID, At: at, AsOf: r.AsOf, Revision: int64(r.Revision), Service: r.Service, Keys: keys, Cells: renderedCells(r, row)}
	})
}

// Answered logs the sampled entities of an answer to a request for a service, empty for a list of references.
func (l *Log) Answered(r *serving.Response, service, requestID string, at eventtime.Instant) {
	l.sampled(r.Keys, r.Rows, func(row int, keys string) *Entry {
		return &Entry{RequestID: requestID, At: at, AsOf: r.AsOf, Revision: int64(r.Revision), Service: service, Keys: keys, Cells: responseCells(r, row)}
	})
}

// sampled logs what entry returns for each sampled row.
func (l *Log) sampled(columns []serving.Key, rows int, entry func(row int, keys string) *Entry) {
	var keys []byte
	for row := range rows {
		if keys = appendKeys(keys[:0], columns, row); l.Samples(keys) {
			l.Log(entry(row, string(keys)))
		}
	}
}

// appendKeys appends the join keys of a row as a JSON object.
func appendKeys(dst []byte, keys []serving.Key, row int) []byte {
	dst = append(dst, '{')
	for i := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsonvalue.AppendString(dst, keys[i].Name), ':')
		dst = jsonvalue.AppendOwn(dst, keys[i].Values[row])
	}
	return append(dst, '}')
}

func renderedCells(r *serving.Rendering, row int) []Cell {
	out := make([]Cell, 0, len(r.Columns))
	r.RowCells(row, func(c *serving.RowCell) {
		of := &r.Columns[c.Column]
		out = append(out, Cell{View: of.View, Feature: of.Name, Value: exactly(string(c.Text), c.NonFinite),
			Status: c.Status, Event: c.Event, Reason: c.Reason, Default: c.Defaulted})
	})
	return out
}

func responseCells(r *serving.Response, row int) []Cell {
	out := make([]Cell, len(r.Columns))
	for i := range r.Columns {
		c := &r.Columns[i].Cells[row]
		text := string(jsonvalue.AppendOwnTyped(nil, c.Value, r.Columns[i].Field.Type))
		out[i] = Cell{View: r.Columns[i].View, Feature: r.Columns[i].Name, Value: exactly(text, jsonvalue.NonFinite(c.Value)),
			Status: c.Status, Event: c.Event, Reason: c.Reason, Default: c.Defaulted}
	}
	return out
}

// exactly returns the text of a value, or the word for one that JSON cannot say, as a JSON string.
func exactly(text, nonFinite string) string {
	if nonFinite == "" || nonFinite == jsonvalue.Nested {
		return text
	}
	return `"` + nonFinite + `"`
}
