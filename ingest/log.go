package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/value"
)

// The versions of the push log's records: one entry; several, each complete; and several below the shapes that they have in
// common. The second is written no more. Readers refuse a greater one.
const (
	logFormat       = 1
	logFormatGroup  = 2
	logFormatShapes = 3
)

// A LogEntry is one online-only push as it was received, kept so that what was served can be replayed. Rows holds one
// packed row (value.AppendRow) per row, with the columns of Fields; its version has the arrival in every place.
type LogEntry struct {
	Format   int               `json:"format"`
	Name     string            `json:"name"` // push source or view
	ID       string            `json:"push_id,omitempty"`
	Arrival  eventtime.Instant `json:"arrival"`
	Revision registry.Revision `json:"revision"`
	Fields   []value.Field     `json:"fields"`
	Rows     [][]byte          `json:"rows"`
}

// digest returns a hash of the rows, of their values and of their columns' names and types.
func (t *table) digest(revision registry.Revision) (string, error) {
	p, err := t.target.packing(revision, t.batch)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	h.Write(append(p.json[:len(p.json):len(p.json)], '\n'))
	var row []byte
	for i := range t.batch.Rows {
		if row, err = p.appendRow(row[:0], t.batch, i, 0); err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%d\x00", len(row))
		h.Write(row)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// A logRecord is what a record of the push log holds: one entry, or a group of them.
type logRecord struct {
	LogEntry
	Pushes []LogEntry `json:"pushes"`
	Shapes []struct {
		Revision registry.Revision `json:"revision"`
		Fields   []value.Field     `json:"fields"`
		Pushes   []LogEntry        `json:"pushes"`
	} `json:"shapes"`
}

// entries returns what a record holds, each complete.
func (r *logRecord) entries() []LogEntry {
	switch r.Format {
	case logFormat:
		return []LogEntry{r.LogEntry}
	case logFormatGroup:
		return r.Pushes
	}
	var out []LogEntry
	for _, s := range r.Shapes {
		for _, e := range s.Pushes {
			e.Format, e.Name, e.Revision, e.Fields = logFormat, r.Name, s.Revision, s.Fields
			out = append(out, e)
		}
	}
	return out
}

// logged returns how an arrival stands in the key of an entry: entries are in its order.
func logged(at eventtime.Instant) string { return fmt.Sprintf("%020d", at-eventtime.Min) }

// OldLog returns the entries of the push log, to all sources and views, that arrived before an instant.
func (e *Env) OldLog(ctx context.Context, before eventtime.Instant) ([]state.Record, error) {
	records, err := e.State.List(ctx, e.logRoot())
	if err != nil {
		return nil, e.stateError(err)
	}
	bound := logged(before)
	return slices.DeleteFunc(records, func(r state.Record) bool { return path.Base(r.Key) >= bound }), nil
}

func (e *Env) logRoot() string { return logRoot(e.Project) }

func logRoot(project string) string { return "pushlog/" + project + "/" }

// Log returns the online-only pushes to a source or view, in order of arrival. Errors: DataLoss for an entry that
// cannot be read, FailedPrecondition for one of a newer format.
func (e *Env) Log(ctx context.Context, name string) ([]LogEntry, error) {
	records, err := e.State.List(ctx, e.logRoot()+name+"/")
	if err != nil {
		return nil, e.stateError(err)
	}
	out := make([]LogEntry, 0, len(records))
	for _, r := range records {
		var record logRecord
		if err := state.Decode(r, "push log entry", logFormatShapes, &record); err != nil {
			return nil, err
		}
		out = append(out, record.entries()...)
	}
	slices.SortStableFunc(out, func(a, b LogEntry) int { return cmp.Compare(a.Arrival, b.Arrival) })
	return out, nil
}
