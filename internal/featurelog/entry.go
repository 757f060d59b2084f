package featurelog

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// An Entry is what one entity of one request was answered.
type Entry struct {
	RequestID string
	At        eventtime.Instant // when the request was read
	AsOf      eventtime.Instant
	Revision  int64  // of the registry
	Service   string // empty for a list of references
	Keys      string // the entity's join keys, a JSON object
	Cells     []Cell
}

// A Cell is the answer for one feature.
type Cell struct {
	View    string // under its alias
	Feature string // name of the output column
	Value   string // JSON; "null" for none
	Status  value.Status
	Event   eventtime.Instant // None where the answer has none
	Reason  string            // of ERROR
	Default bool              // Value is the feature's default
}

// Fields returns the columns of the files, one row for each cell.
func Fields() []value.Field {
	text, instant := value.Scalar(value.String), value.Scalar(value.UnixTimestamp)
	return []value.Field{
		{Name: "request_id", Type: text}, {Name: "requested_at", Type: instant}, {Name: "as_of", Type: instant},
		{Name: "revision", Type: value.Scalar(value.Int64)}, {Name: "service", Type: text}, {Name: "keys", Type: text},
		{Name: "view", Type: text}, {Name: "feature", Type: text}, {Name: "value", Type: text}, {Name: "status", Type: text},
		{Name: "event_timestamp", Type: instant}, {Name: "reason", Type: text}, {Name: "defaulted", Type: value.Scalar(value.Bool)},
	}
}

// newBatch returns a batch of Fields without rows.
func newBatch() *value.Batch {
	b := &value.Batch{}
	for _, f := range Fields() {
		b.Add(f.Name, value.NewColumn(f.Type, 0))
	}
	return b
}

// appendTo appends the cells of e to a batch of Fields.
func (e *Entry) appendTo(b *value.Batch) {
	for i := range e.Cells {
		c := &e.Cells[i]
		for at, v := range []value.Value{
			textOrNull(e.RequestID), value.OfInstant(e.At), value.OfInstant(e.AsOf), value.OfInt64(e.Revision), textOrNull(e.Service), value.OfString(e.Keys),
			value.OfString(c.View), value.OfString(c.Feature), value.OfString(c.Value), value.OfString(c.Status.String()), instantOrNull(c.Event), textOrNull(c.Reason), value.OfBool(c.Default),
		} {
			b.Columns[at].Append(v)
		}
		b.Rows++
	}
}

func textOrNull(s string) value.Value {
	if s == "" {
		return value.Value{}
	}
	return value.OfString(s)
}

func instantOrNull(i eventtime.Instant) value.Value {
	if i == eventtime.None {
		return value.Value{}
	}
	return value.OfInstant(i)
}
