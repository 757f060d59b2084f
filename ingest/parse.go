package ingest

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/value"
)

// faultsShown bounds how many faulty cells an error lists.
const faultsShown = 20

// limits are the instants that bound the times of pushed rows: a row without created time gets arrival, and none may be
// later than latest.
type limits struct{ arrival, latest eventtime.Instant }

// parse reads the rows of a push as the types that their target declares. Every fault is reported at once, at most
// faultsShown of them in words.
func parse(ctx context.Context, t *target, req *Request, l limits) (*table, error) {
	n, err := input.Rows(req.Rows)
	if err != nil {
		return nil, err
	}
	p := parser{target: t, rows: n, fields: t.fields}
	if p.zone, err = eventtime.LoadLocation(t.batch.Timezone); err != nil {
		return nil, errs.Wrap(err, errs.InvalidArgument, "source %q", t.batch.Name)
	}
	p.checkNames(req.Rows)
	if p.faults.Len() > 0 {
		return nil, p.faults.Err()
	}
	columns := len(p.fields) + 1 // the arrival may come
	out := &table{target: t, undated: t.layout.Created == ""}
	out.batch = &value.Batch{Rows: n, Names: make([]string, 0, columns), Columns: make([]*value.Column, 0, columns)}
	for _, f := range p.fields {
		c, ok := input.Find(req.Rows, f.Name)
		if !ok {
			out.undated = out.undated || f.Name == t.layout.Created
			continue
		}
		out.batch.Add(f.Name, p.column(c, f))
	}
	if err := p.check(ctx, out, l); err != nil {
		return nil, err
	}
	if p.found > faultsShown {
		p.faults.Add(errs.New(errs.InvalidArgument, "and %d more faults", p.found-faultsShown).WithID("T0467"))
	}
	return out, p.faults.Err()
}

// columns returns the columns that rows for t may have, each once: keys, times, tombstone mark, features, tie-breakers
// that are features.
func columns(t *target) []value.Field {
	var out []value.Field
	add := func(name string, typ value.Type) {
		if name != "" && !slices.ContainsFunc(out, func(f value.Field) bool { return f.Name == name }) {
			out = append(out, value.Field{Name: name, Type: typ})
		}
	}
	for i := range t.needed {
		for _, k := range t.needed[i].Keys {
			add(k.Name, k.Type)
		}
	}
	add(t.layout.Event, value.Scalar(value.UnixTimestamp))
	add(t.layout.Created, value.Scalar(value.UnixTimestamp))
	add(t.layout.Deleted, value.Scalar(value.Bool))
	for i := range t.needed {
		for _, f := range t.needed[i].Fields {
			add(f.Name, f.Type)
		}
	}
	return out
}

type parser struct {
	target *target
	rows   int
	fields []value.Field
	zone   *time.Location // of times without one
	faults errs.List
	found  int // faulty cells
}

// optional reports whether rows may lack a column: created time (then it is the arrival) and the tombstone mark.
func (p *parser) optional(name string) bool {
	return name == p.target.layout.Created || name == p.target.layout.Deleted
}

// checkNames finds missing and unknown columns.
func (p *parser) checkNames(have []input.Column) {
	for _, c := range have {
		if !p.declares(c.Name) {
			var known []string
			for _, f := range p.fields {
				known = append(known, f.Name)
			}
			hint := errs.DidYouMean(c.Name, known)
			if hint == "" {
				hint = "it takes " + strings.Join(known, ", ")
			}
			p.faults.Add(errs.New(errs.InvalidArgument, "%q has no column %q", p.target.name, c.Name).WithID("T0468").WithHint("%s", hint))
		}
	}
	for _, f := range p.fields {
		if _, given := input.Find(have, f.Name); !given && !p.optional(f.Name) {
			p.faults.Add(errs.New(errs.InvalidArgument, "the rows for %q have no column %q", p.target.name, f.Name).WithID("T0469").
				WithHint("add %s of type %s; null is allowed for features", f.Name, f.Type))
		}
	}
}

// declares reports whether rows may have a column.
func (p *parser) declares(name string) bool {
	for i := range p.fields {
		if p.fields[i].Name == name {
			return true
		}
	}
	return false
}

// column reads one column; nulls in keys and in the event time are faults.
func (p *parser) column(c input.Column, f value.Field) *value.Column {
	out := value.NewColumn(f.Type, p.rows)
	required := f.Name == p.target.layout.Event || p.isKey(f.Name)
	for i := range p.rows {
		v, err := p.cell(c, i, f.Type)
		switch {
		case err != nil:
			p.fault(i, f.Name, err)
			v = value.Value{}
		case v.IsNull() && required:
			p.fault(i, f.Name, errs.New(errs.InvalidArgument, "it is null, expected %s", f.Type))
		}
		out.Append(v)
	}
	return out
}

// cell reads one cell. A time in words without a zone is local to the zone of the source, as in its files.
func (p *parser) cell(c input.Column, i int, t value.Type) (value.Value, error) {
	if t.Kind == value.UnixTimestamp && p.zone != time.UTC {
		if text, err := c.Value(i, value.Scalar(value.String)); err == nil && !text.IsNull() {
			at, err := eventtime.Parse(text.Text(), p.zone)
			if err != nil {
				return value.Value{}, err
			}
			return value.OfInstant(at), nil
		}
	}
	return c.Value(i, t)
}

func (p *parser) isKey(name string) bool {
	return slices.ContainsFunc(p.target.needed, func(u feature.Use) bool {
		return slices.ContainsFunc(u.Keys, func(k value.Field) bool { return k.Name == name })
	})
}

func (p *parser) fault(row int, column string, err error) {
	p.add(errs.Wrap(err, errs.InvalidArgument, "row %d, column %q", row+1, column))
}

// rowFault tells of a row as a whole.
func (p *parser) rowFault(row int, err error) {
	p.add(errs.Wrap(err, errs.InvalidArgument, "row %d", row+1))
}

func (p *parser) add(e *errs.Error) {
	if p.found++; p.found <= faultsShown {
		p.faults.Add(e.WithID("T0470"))
	}
}
