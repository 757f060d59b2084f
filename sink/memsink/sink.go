// Package memsink is the sink that remembers what was written to it, for tests of the engines that write.
package memsink

import (
	"context"
	"slices"
	"sync"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/value"
)

// A Row is a written row.
type Row struct {
	Table          string
	Key            string // encoded
	Event, Created eventtime.Instant
	Snapshot       eventtime.Instant
	Deleted        bool
	Cells          []value.Value // in order of the use's fields
}

// A Sink is a sink.Sink in memory. It refuses incomplete rows, keeps copies, and keeps one of rows that are equal in
// every respect, as a repeated Write makes them. It is safe for concurrent use.
type Sink struct {
	mu   sync.Mutex
	rows []Row
	at   map[string][]int // table and key → places in rows
}

// New returns an empty Sink.
func New() *Sink { return &Sink{at: map[string][]int{}} }

var _ sink.Sink = (*Sink)(nil)

// Write implements sink.Sink. Rows that are kept already count as superseded.
func (s *Sink) Write(ctx context.Context, table string, rows *sink.Rows) (sink.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return sink.Outcome{}, err
	}
	if err := rows.Check(); err != nil {
		return sink.Outcome{}, err
	}
	read := make([]Row, rows.Len())
	for i := range read {
		read[i] = row(table, rows, i)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := sink.Outcome{Newest: rows.Newest()}
	for _, r := range read {
		name := r.Table + "\x00" + r.Key
		if slices.ContainsFunc(s.at[name], func(i int) bool { return s.rows[i].same(&r) }) {
			out.Superseded++
			continue
		}
		s.at[name] = append(s.at[name], len(s.rows))
		s.rows = append(s.rows, r)
		out.Written++
	}
	return out, nil
}

// Rows returns every row, in order of arrival.
func (s *Sink) Rows() []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.rows)
}

func row(table string, rows *sink.Rows, i int) Row {
	r := Row{Table: table, Key: string(rows.Encoded[i]), Event: rows.Event[i], Created: rows.Created[i], Snapshot: rows.Snapshot,
		Deleted: rows.Deleted != nil && rows.Deleted[i]}
	for _, c := range rows.Fields {
		r.Cells = append(r.Cells, c.At(i)) // values are immutable
	}
	return r
}

// same reports whether two rows are equal in every respect.
func (r *Row) same(o *Row) bool {
	return r.Table == o.Table && r.Key == o.Key && r.Event == o.Event && r.Created == o.Created && r.Snapshot == o.Snapshot &&
		r.Deleted == o.Deleted && slices.EqualFunc(r.Cells, o.Cells, value.Value.Identical)
}
