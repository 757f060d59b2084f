package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/value"
)

// The versions of the push log's records: an entry, and several in one. Readers refuse a greater one.
const (
	logFormat      = 1
	logFormatGroup = 2
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

// pack returns the columns and packed rows of t.
func (t *table) pack(at eventtime.Instant) ([]value.Field, [][]byte, error) {
	schema := &value.Schema{ID: 1, Fields: t.batch.Fields()}
	encoder := value.NewRowEncoder(schema)
	rows := make([][]byte, t.batch.Rows)
	for i := range rows {
		row, err := encoder.AppendFrom(nil, value.Version{Event: at, Created: at, Snapshot: at}, t.batch.Columns, i)
		if err != nil {
			return nil, nil, errs.Wrap(err, errs.CodeOf(err), "row %d", i+1)
		}
		rows[i] = row
	}
	return schema.Fields, rows, nil
}

// digest returns a hash of the rows, of their values and of their columns' names and types.
func (t *table) digest() (string, error) {
	fields, rows, err := t.pack(0)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(fields); err != nil {
		return "", errs.Wrap(err, errs.Internal, "encode the columns of a push")
	}
	for _, r := range rows {
		fmt.Fprintf(h, "%d\x00", len(r))
		h.Write(r)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// A logRecord is what a record of the push log holds: one entry, or a group of them.
type logRecord struct {
	LogEntry
	Pushes []LogEntry `json:"pushes"`
}

// log keeps an online-only push, durably and before its rows are written. A repetition of the same push changes nothing.
func (e *Env) log(ctx context.Context, t *target, rows *table, c *claim) error {
	fields, packed, err := rows.pack(c.Arrival)
	if err != nil {
		return err
	}
	body, err := json.Marshal(&LogEntry{logFormat, t.name, c.ID, c.Arrival, e.Revision, fields, packed})
	if err != nil {
		return errs.Wrap(err, errs.Internal, "encode a push")
	}
	return e.stateErrorOrNil(e.Journal.add(ctx, t.name, &note{id: c.appendID(), again: c.ID != "", arrival: c.Arrival, body: body}))
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

func (e *Env) stateErrorOrNil(err error) error {
	if err == nil {
		return nil
	}
	return e.stateError(err)
}

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
		if err := state.Decode(r, "push log entry", logFormatGroup, &record); err != nil {
			return nil, err
		}
		if record.Format == logFormatGroup {
			out = append(out, record.Pushes...)
		} else {
			out = append(out, record.LogEntry)
		}
	}
	slices.SortStableFunc(out, func(a, b LogEntry) int { return cmp.Compare(a.Arrival, b.Arrival) })
	return out, nil
}
