package ingest

import (
	"cmp"
	"context"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/value"
)

// A table holds the parsed rows of a push.
type table struct {
	target  *target
	batch   *value.Batch
	undated bool    // the rows have no created column, declared or not
	older   []older // the same rows, as the definitions read them by which older generations answer
}

// createdName returns the column with the created times: the declared one or, where none is, that of the arrival.
func (t *table) createdName() string { return cmp.Or(t.target.layout.Created, offline.ArrivalColumn) }

// createdColumn returns the created times; nil before arrive when the rows bring none.
func (t *table) createdColumn() *value.Column { return t.batch.Column(t.createdName()) }

// logged reports whether the push log keeps the rows: those that no history has.
func (t *table) logged() bool { return t.target.to == Online && t.batch.Rows > 0 }

// arrive gives rows that bring no created times that of the push's arrival, the last that was told.
func (t *table) arrive(at eventtime.Instant) {
	if !t.undated {
		return
	}
	if c := t.createdColumn(); c != nil {
		for i := range t.batch.Rows {
			c.Ints[i] = int64(at)
		}
		return
	}
	c := value.NewColumn(value.Scalar(value.UnixTimestamp), t.batch.Rows)
	for range t.batch.Rows {
		c.Append(value.OfInstant(at))
	}
	t.batch.Add(t.createdName(), c)
}

// newest returns the rows for one view: of each key the one that answers by the order of the history, so that both
// stores agree about rows of one push that have equal times. The others count as superseded. The oracle does it: a push
// is small, and it needs no buffers.
func (t *table) newest(ctx context.Context, u *feature.Use, snapshot eventtime.Instant) (rows *sink.Rows, superseded int64, err error) {
	if t.batch.Rows == 1 {
		rows, err := t.only(u, snapshot)
		return rows, 0, err
	}
	layout, err := t.layout(u)
	if err != nil {
		return nil, 0, err
	}
	winners, err := pit.NaiveNewest(ctx, &pit.NewestPlan{
		Name: u.View.Name, Table: pit.MemTable(t.batch), Layout: layout,
		Select: pit.Selection{
			Interval: eventtime.Interval{Start: eventtime.Min, End: eventtime.Max}, AvailableBy: eventtime.Max,
			CreatedAfter: eventtime.None, AvailableAfter: eventtime.None,
		},
	})
	if err != nil {
		return nil, 0, err
	}
	rows = &sink.Rows{Use: u, Snapshot: snapshot}
	for i := range winners.Len() {
		rows.Encoded = append(rows.Encoded, winners.Key(i))
		rows.Event = append(rows.Event, winners.Event(i))
		rows.Created = append(rows.Created, winners.Created(i))
		rows.Deleted = append(rows.Deleted, winners.Deleted(i))
	}
	rows.Fields, err = winners.Load(ctx, 0, winners.Len())
	return rows, int64(t.batch.Rows - winners.Len()), err
}

// keyBytes is what a key of a number or a short text needs.
const keyBytes = 32

// only returns the row of a push that has one, as most have: nothing can be newer.
func (t *table) only(u *feature.Use, snapshot eventtime.Instant) (*sink.Rows, error) {
	key, err := value.AppendKeyRow(make([]byte, 0, keyBytes), t.columns(u.Keys), 0)
	if err != nil {
		return nil, err
	}
	fields := make([]*value.Column, len(u.Fields))
	for i := range u.Fields {
		fields[i] = t.batch.Column(u.Fields[i].Name)
	}
	deleted := t.batch.Column(t.target.layout.Deleted)
	return &sink.Rows{
		Use: u, Snapshot: snapshot, Encoded: [][]byte{key}, Fields: fields,
		Event:   []eventtime.Instant{t.batch.Column(t.target.layout.Event).Instant(0)},
		Created: []eventtime.Instant{t.createdColumn().Instant(0)},
		Deleted: []bool{deleted != nil && deleted.At(0).Bool()},
	}, nil
}

// layout returns the roles of the columns for one view, without those that the rows lack.
func (t *table) layout(u *feature.Use) (pit.Layout, error) {
	l, err := history.Layout(u)
	if err != nil {
		return l, err
	}
	l.Created = t.createdName()
	lacking := func(name string) bool { return t.batch.Column(name) == nil }
	if lacking(l.Created) { // not arrived yet
		l.Created = ""
	}
	if lacking(l.Deleted) {
		l.Deleted = ""
	}
	l.TieBreak = slices.DeleteFunc(l.TieBreak, lacking)
	return l, nil
}
