package ingest

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/value"
)

// A table holds the parsed rows of a push.
type table struct {
	target  *target
	batch   *value.Batch
	undated bool // the target declares a created column and the rows lack it
	arrival eventtime.Instant
}

func (t *table) createdColumn() *value.Column {
	if t.target.layout.Created == "" {
		return nil
	}
	return t.batch.Column(t.target.layout.Created)
}

// arrive sets when the push arrived, which is the created time of rows that bring none.
func (t *table) arrive(at eventtime.Instant) {
	t.arrival = at
	if !t.undated {
		return
	}
	c := value.NewColumn(value.Scalar(value.UnixTimestamp), t.batch.Rows)
	for range t.batch.Rows {
		c.Append(value.OfInstant(at))
	}
	t.batch.Add(t.target.layout.Created, c)
}

// of returns the rows for one view.
func (t *table) of(u *feature.Use, snapshot eventtime.Instant) *sink.Rows {
	n := t.batch.Rows
	rows := &sink.Rows{Use: u, Snapshot: snapshot, Event: make([]eventtime.Instant, n), Created: make([]eventtime.Instant, n)}
	event, created := t.batch.Column(t.target.layout.Event), t.createdColumn()
	for i := range n {
		rows.Event[i] = event.Instant(i)
		rows.Created[i] = t.arrival
		if created != nil {
			rows.Created[i] = created.Instant(i)
		}
	}
	if d := t.target.layout.Deleted; d != "" && t.batch.Column(d) != nil {
		rows.Deleted = make([]bool, n)
		for i := range n {
			rows.Deleted[i] = t.batch.Column(d).At(i).Bool()
		}
	}
	for _, k := range u.Keys {
		rows.Keys = append(rows.Keys, t.batch.Column(k.Name))
	}
	for _, f := range u.Fields {
		rows.Fields = append(rows.Fields, t.batch.Column(f.Name))
	}
	return rows
}
