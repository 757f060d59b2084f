package httpserver

import (
	"encoding/json"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/featurelog"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// keep hands the sampled entities of an answer to the feature log. The answer has been sent already.
func (s *Server) keep(r *serving.Rendering, requestID string, at eventtime.Instant) {
	var keys []byte
	rows, columns := r.Rows, r.Keys
	if r.Response != nil {
		rows, columns = r.Response.Rows, r.Response.Keys
	}
	for row := range rows {
		keys = appendKeys(keys[:0], columns, row)
		if !s.opt.FeatureLog.Samples(keys) {
			continue
		}
		e := &featurelog.Entry{RequestID: requestID, At: at, Service: r.Service, Keys: string(keys)}
		if r.Response != nil {
			e.AsOf, e.Revision, e.Cells = r.Response.AsOf, int64(r.Response.Revision), responseCells(r.Response, row)
		} else {
			e.AsOf, e.Revision, e.Cells = r.AsOf, int64(r.Revision), renderedCells(r, row)
		}
		s.opt.FeatureLog.Log(e)
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

func renderedCells(r *serving.Rendering, row int) []featurelog.Cell {
	out := make([]featurelog.Cell, 0, len(r.Columns))
	r.RowCells(row, func(c *serving.RowCell) {
		of := &r.Columns[c.Column]
		out = append(out, featurelog.Cell{View: unquoted(of.View), Feature: unquoted(of.Name), Value: exactly(string(c.Text), c.NonFinite),
			Status: c.Status, Event: c.Event, Reason: c.Reason, Default: c.Defaulted})
	})
	return out
}

func responseCells(r *serving.Response, row int) []featurelog.Cell {
	out := make([]featurelog.Cell, len(r.Columns))
	for i := range r.Columns {
		c := &r.Columns[i].Cells[row]
		text := string(jsonvalue.AppendOwnTyped(nil, c.Value, r.Columns[i].Field.Type))
		out[i] = featurelog.Cell{View: r.Columns[i].View, Feature: r.Columns[i].Name, Value: exactly(text, jsonvalue.NonFinite(c.Value)),
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

// unquoted returns the text of a JSON string.
func unquoted(quoted string) string {
	if !strings.Contains(quoted, `\`) {
		return quoted[1 : len(quoted)-1]
	}
	var text string
	_ = json.Unmarshal([]byte(quoted), &text) // it was written by jsonvalue
	return text
}

// watchLog offers the counts of the feature log as metrics, if there is one.
func (m *Metrics) watchLog(l *featurelog.Log) {
	if l == nil {
		return
	}
	entities := func(outcome string, count func(featurelog.Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "truepoint_feature_log_entities_total",
			Help: "Entities whose answers were to be kept, by outcome.", ConstLabels: prometheus.Labels{"outcome": outcome}},
			func() float64 { return float64(count(l.Stats())) })
	}
	m.registry.MustRegister(
		entities("logged", func(s featurelog.Stats) int64 { return s.Logged }),
		entities("dropped", func(s featurelog.Stats) int64 { return s.Dropped }),
		entities("lost", func(s featurelog.Stats) int64 { return s.Lost }),
	)
}
