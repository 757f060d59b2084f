package ingest

import (
	"slices"

	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/value"
)

// The names under which Feast's client sends the time columns of a single view, whatever its source calls them.
const (
	feastEvent   = "event_timestamp"
	feastCreated = "created"
)

// named returns the columns of a request by the names that the rows of t have.
func (t *target) named(req *Request) []input.Column {
	rows := t.mapped(req.Rows)
	if req.View != "" {
		return t.fromFeast(rows)
	}
	return rows
}

// fromFeast gives the time columns of a write to one view the names that its source declares. A created column that
// holds nothing, or that the source does not have, is left out: the rows then get the arrival, as in every push.
func (t *target) fromFeast(rows []input.Column) []input.Column {
	declared := func(name string) bool {
		return slices.ContainsFunc(t.fields, func(f value.Field) bool { return f.Name == name })
	}
	out := make([]input.Column, 0, len(rows))
	for _, c := range rows {
		switch {
		case c.Name == feastEvent && !declared(c.Name):
			c.Name = freeName(rows, t.layout.Event, c.Name)
		case c.Name == feastCreated && (t.layout.Created == c.Name || !declared(c.Name)):
			if t.layout.Created == "" || empty(c) {
				continue
			}
			c.Name = freeName(rows, t.layout.Created, c.Name)
		}
		out = append(out, c)
	}
	return out
}

// mapped gives columns that bear a source's own names the names of its views, by its field_mapping, as Feast does. Both
// names are taken, but not both at once: then the source's own stays, and is refused as unknown.
func (t *target) mapped(rows []input.Column) []input.Column {
	if len(t.batch.FieldMapping) == 0 {
		return rows
	}
	out := make([]input.Column, len(rows))
	for i, c := range rows {
		if name, ok := t.batch.FieldMapping[c.Name]; ok {
			c.Name = freeName(rows, name, c.Name)
		}
		out[i] = c
	}
	return out
}

// freeName returns wanted unless another column has that name already.
func freeName(rows []input.Column, wanted, given string) string {
	if _, taken := input.Find(rows, wanted); taken {
		return given
	}
	return wanted
}

// empty reports whether every cell of a time column is null.
func empty(c input.Column) bool {
	for i := range c.Len() {
		if v, err := c.Value(i, value.Scalar(value.UnixTimestamp)); err != nil || !v.IsNull() {
			return false
		}
	}
	return true
}
