// Package offlinesink appends rows to the history of a source, so that later training joins see what was pushed.
package offlinesink

import (
	"context"
	"errors"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/value"
)

// A Sink is a sink.Sink on an offline store. It is safe for concurrent use.
type Sink struct{ driver offline.Driver }

// New returns a Sink that appends through d, which stays open.
func New(d offline.Driver) *Sink { return &Sink{driver: d} }

var _ sink.Sink = (*Sink)(nil)

// Write implements sink.Sink: it appends all rows to rows.Use.Source in one atomic and durable step. A second Write with
// the same rows.ID does nothing. Columns carry the names that views use; where the source declares a created column,
// rows without created time get the snapshot, the instant at which they arrived. The online table is not looked at.
//
// Errors: InvalidArgument for incomplete rows or an empty ID; FailedPrecondition for deletes of a source that declares
// no deleted_column; otherwise the driver's, classified.
func (s *Sink) Write(ctx context.Context, _ string, rows *sink.Rows) (sink.Outcome, error) {
	if err := rows.Check(); err != nil {
		return sink.Outcome{}, err
	}
	source := rows.Use.Source
	if rows.ID == "" {
		return sink.Outcome{}, errs.New(errs.InvalidArgument, "rows for source %q have no id, which makes appending them safe to repeat", source.Name).WithID("T0621")
	}
	batch, err := history(rows)
	if err != nil || batch.Rows == 0 {
		return sink.Outcome{}, err
	}
	if err := s.driver.Append(ctx, source, rows.ID, batch); err != nil {
		return sink.Outcome{}, s.fail(err, source)
	}
	return sink.Outcome{Written: int64(batch.Rows)}, nil
}

func (s *Sink) fail(err error, source *feature.Source) error {
	var e *errs.Error
	if errors.As(err, &e) {
		return err
	}
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = s.driver.Code(err)
	}
	return errs.Wrap(err, code, "append to source %q", source.Name)
}

// history returns rows as columns of their source. A column that plays several roles stands once.
func history(rows *sink.Rows) (*value.Batch, error) {
	source := rows.Use.Source
	names, err := offline.NewMapping(source)
	if err != nil {
		return nil, err
	}
	keys, err := keyColumns(rows)
	if err != nil {
		return nil, err
	}
	out := &value.Batch{}
	add := func(name string, c *value.Column) {
		if !slices.Contains(out.Names, name) {
			out.Add(name, c)
		}
	}
	for i, k := range rows.Use.Keys {
		add(k.Name, keys[i])
	}
	add(names.Name(source.TimestampField), instants(rows.Event, eventtime.None))
	if c := source.CreatedTimestampColumn; c != "" {
		add(names.Name(c), instants(rows.Created, rows.Snapshot))
	}
	if err := addDeleted(source, rows, func(c *value.Column) { add(names.Name(source.DeletedColumn), c) }); err != nil {
		return nil, err
	}
	for i := range rows.Use.Fields {
		add(rows.Use.Fields[i].Name, rows.Fields[i])
	}
	return out, nil
}

// instants returns times as a column, with missing in place of None; None itself becomes null.
func instants(times []eventtime.Instant, missing eventtime.Instant) *value.Column {
	c := value.NewColumn(value.Scalar(value.UnixTimestamp), len(times))
	for _, t := range times {
		if t == eventtime.None {
			t = missing
		}
		if t == eventtime.None {
			c.Append(value.Value{})
			continue
		}
		c.Append(value.OfInstant(t))
	}
	return c
}

func addDeleted(source *feature.Source, rows *sink.Rows, add func(*value.Column)) error {
	if source.DeletedColumn == "" {
		if i := slices.Index(rows.Deleted, true); i >= 0 {
			return errs.New(errs.FailedPrecondition, "row %d is a delete, but source %q declares no deleted_column", i, source.Name).WithID("T0622").
				WithHint("declare deleted_column in the source and apply")
		}
		return nil
	}
	c := value.NewColumn(value.Scalar(value.Bool), rows.Len())
	for i := range rows.Len() {
		c.Append(value.OfBool(rows.Deleted != nil && rows.Deleted[i]))
	}
	add(c)
	return nil
}

// keyColumns returns the key columns of rows, decoded where only encoded keys are given.
func keyColumns(rows *sink.Rows) ([]*value.Column, error) {
	if rows.Keys != nil || rows.Encoded == nil {
		return rows.Keys, nil
	}
	cols := make([]*value.Column, len(rows.Use.Keys))
	for i, k := range rows.Use.Keys {
		cols[i] = value.NewColumn(k.Type, rows.Len())
	}
	for i, key := range rows.Encoded {
		parts, err := value.DecodeKey(key)
		if err != nil {
			return nil, errs.Wrap(err, errs.CodeOf(err), "row %d for view %q", i, rows.Use.View.Name)
		}
		if len(parts) != len(cols) {
			return nil, errs.New(errs.InvalidArgument, "row %d for view %q has a key of %d parts, expected %d", i, rows.Use.View.Name, len(parts), len(cols))
		}
		for j, p := range parts {
			if p.Kind() != cols[j].Type.Kind {
				return nil, errs.New(errs.InvalidArgument, "row %d for view %q has a %s as join key %q, expected %s", i, rows.Use.View.Name, p.Kind(), rows.Use.Keys[j].Name, cols[j].Type)
			}
			cols[j].Append(p)
		}
	}
	return cols, nil
}
