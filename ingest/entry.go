package ingest

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// An entry is one push as it goes into the push log: members of JSON, each list without the braces around it.
type entry struct {
	id      string // of the push, or what stands for it
	arrival eventtime.Instant
	own     []byte // its id and arrival
	shape   []byte // what many pushes have in common: revision and fields
	rows    []byte
}

func (e *entry) bytes() int { return len(e.own) + len(e.shape) + len(e.rows) }

// A packing is how rows of some columns are packed for one revision of the definitions.
type packing struct {
	revision registry.Revision
	fields   []value.Field
	encoder  *value.RowEncoder
	json     []byte // of fields
	shape    []byte // of an entry
}

// packing returns that of a batch with columns of t. There are as many as there are columns that rows may lack.
func (t *target) packing(revision registry.Revision, b *value.Batch) (*packing, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.packings {
		if p.revision == revision && slices.EqualFunc(p.fields, b.Names, func(f value.Field, name string) bool { return f.Name == name }) {
			return p, nil
		}
	}
	p := &packing{revision: revision, fields: b.Fields()}
	p.encoder = value.NewRowEncoder(&value.Schema{ID: 1, Fields: p.fields})
	var err error
	if p.json, err = json.Marshal(p.fields); err != nil {
		return nil, errs.Wrap(err, errs.Internal, "encode the columns of a push")
	}
	p.shape = append(strconv.AppendInt([]byte(`"revision":`), int64(revision), 10), `,"fields":`...)
	p.shape = append(p.shape, p.json...)
	t.packings = append(t.packings, p)
	return p, nil
}

// appendRow appends the packed row i of b, whose version has the arrival in every place.
func (p *packing) appendRow(dst []byte, b *value.Batch, i int, at eventtime.Instant) ([]byte, error) {
	out, err := p.encoder.AppendFrom(dst, value.Version{Event: at, Created: at, Snapshot: at}, b.Columns, i)
	if err != nil {
		return dst, errs.Wrap(err, errs.CodeOf(err), "row %d", i+1)
	}
	return out, nil
}

// What the parts of an entry need at first.
const (
	ownBytes    = 64
	packedBytes = 512
)

// entry returns what the push log keeps of rows that have arrived.
func (e *Env) entry(t *target, rows *table, c *claim) (*entry, error) {
	p, err := t.packing(e.Revision, rows.batch)
	if err != nil {
		return nil, err
	}
	out := &entry{id: c.appendID(), arrival: c.Arrival, shape: p.shape, own: make([]byte, 0, ownBytes+len(c.ID))}
	if c.ID != "" {
		out.own = append(jsonvalue.AppendString(append(out.own, `"push_id":`...), c.ID), ',')
	}
	out.own = append(append(append(out.own, `"arrival":"`...), c.Arrival.String()...), '"')
	packed := make([]byte, 0, packedBytes)
	for i := range rows.batch.Rows {
		if packed, err = p.appendRow(packed[:0], rows.batch, i, c.Arrival); err != nil {
			return nil, err
		}
		if i == 0 {
			out.rows = append(make([]byte, 0, 16+rows.batch.Rows*(4+base64.StdEncoding.EncodedLen(len(packed)))), `"rows":[`...)
		} else {
			out.rows = append(out.rows, ',')
		}
		out.rows = append(base64.StdEncoding.AppendEncode(append(out.rows, '"'), packed), '"')
	}
	out.rows = append(out.rows, ']')
	return out, nil
}

// logSwap returns the record of entries, under the latest arrival: what is removed by age goes when all of it is old.
func (j *Journal) logSwap(name string, entries []*entry) state.Swap {
	latest := slices.MaxFunc(entries, func(a, b *entry) int { return cmp.Compare(a.arrival, b.arrival) })
	var body []byte
	if len(entries) == 1 {
		body = aloneBody(name, latest)
	} else {
		body = groupBody(name, entries)
	}
	return state.Swap{Key: j.root + name + "/" + logged(latest.arrival) + "-" + latest.id, Value: body}
}

// aloneBody returns a LogEntry as JSON.
func aloneBody(name string, e *entry) []byte {
	b := head(logFormat, name, e.bytes())
	for _, members := range [][]byte{e.own, e.shape, e.rows} {
		b = append(append(b, ','), members...)
	}
	return append(b, '}')
}

// groupBody returns a record of several entries; those of one shape name it once.
func groupBody(name string, entries []*entry) []byte {
	size := 0
	for _, e := range entries {
		size += e.bytes()
	}
	b := append(head(logFormatShapes, name, size), `,"shapes":[`...)
	for i, of := range byShape(entries) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, '{'), of[0].shape...)
		for k, e := range of {
			b = append(append(b, []string{`,"pushes":[{`, `},{`}[min(k, 1)]...), e.own...)
			b = append(append(b, ','), e.rows...)
		}
		b = append(b, `}]}`...)
	}
	return append(b, `]}`...)
}

// head returns the first members of a record that has about so many bytes.
func head(format int, name string, size int) []byte {
	b := append(make([]byte, 0, size+len(name)+64), `{"format":`...)
	b = append(strconv.AppendInt(b, int64(format), 10), `,"name":`...)
	return jsonvalue.AppendString(b, name)
}

// byShape returns entries that have one shape together, in their order.
func byShape(entries []*entry) (out [][]*entry) {
	for _, e := range entries {
		i := slices.IndexFunc(out, func(of []*entry) bool { return bytes.Equal(of[0].shape, e.shape) })
		if i < 0 {
			i, out = len(out), append(out, nil)
		}
		out[i] = append(out[i], e)
	}
	return out
}
