package serving

import (
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/value"
)

// entities are the parsed rows of a request. The next request may reuse their memory.
type entities struct {
	rows    int
	columns []Key           // join keys
	values  [][]value.Value // per element of Selection.Request: join keys and request columns
	groups  []encodedKeys   // per group of the plan
	parts   []value.Value
}

// encodedKeys are the keys of a group of uses.
type encodedKeys struct {
	bytes []byte
	ends  []int
	keys  [][]byte // per row; parts of bytes
}

// parse reads the join keys and request columns of a request as their declared types, and encodes the keys of every
// group. All faults are reported at once.
func (e *entities) parse(s *Server, p *plan, req *Request) error {
	rows, err := input.Rows(req.Entities)
	if err != nil {
		return err
	}
	if len(p.sel.Request) == 0 && len(req.Entities) == 0 {
		rows = 1 // views without entities have one key
	}
	if err := s.checkSize(rows, p.cells); err != nil {
		return err
	}
	if err := checkColumns(p, req); err != nil {
		return err
	}
	e.rows, e.columns = rows, e.columns[:0]
	var faults errs.List
	for i, f := range p.sel.Request {
		if i == len(e.values) {
			e.values = append(e.values, nil)
		}
		c, _ := input.Find(req.Entities, f.Name)
		values, err := parseColumn(e.values[i], c, f, p.key[i])
		faults.AddErr(err)
		e.values[i] = values
		if p.key[i] {
			e.columns = append(e.columns, Key{f.Name, values})
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return e.encode(p)
}

func (s *Server) checkSize(rows, cells int) error {
	switch {
	case rows > s.opt.EntitiesMax:
		return errs.New(errs.InvalidArgument, "the request has %d entities, at most %d are allowed", rows, s.opt.EntitiesMax).WithID("T0362").
			WithHint("split the request")
	case rows*cells > s.opt.CellsMax:
		return errs.New(errs.InvalidArgument, "the request has %d cells, at most %d are allowed", rows*cells, s.opt.CellsMax).WithID("T0362").
			WithHint("split the request")
	}
	return nil
}

// columnKind names a column of a request by what it is needed for.
func columnKind(key bool) string {
	if key {
		return "join key"
	}
	return "request column"
}

// needed lists the columns that a request must have.
func (p *plan) needed() string {
	var keys, others []string
	for i, f := range p.sel.Request {
		text := f.Name + " (" + f.Type.String() + ")"
		if p.key[i] {
			keys = append(keys, text)
			continue
		}
		others = append(others, text)
	}
	text := "needed are " + strings.Join(keys, ", ")
	if len(others) > 0 {
		text = "needed are the join keys " + strings.Join(keys, ", ") + " and the request columns " + strings.Join(others, ", ")
	}
	if len(keys) == 0 {
		text = "needed are the request columns " + strings.Join(others, ", ")
	}
	return text
}

// checkColumns refuses a request that lacks a join key or a request column and, if it is strict, one with a column that
// nothing needs.
func checkColumns(p *plan, req *Request) error {
	var faults errs.List
	for i, f := range p.sel.Request {
		if _, ok := input.Find(req.Entities, f.Name); !ok {
			have := make([]string, len(req.Entities))
			for i, c := range req.Entities {
				have[i] = c.Name
			}
			hint := errs.DidYouMean(f.Name, have)
			if hint == "" {
				hint = p.needed()
			}
			faults.Add(errs.New(errs.InvalidArgument, "%s %q is missing from the entities", columnKind(p.key[i]), f.Name).WithID("T0363").WithHint("%s", hint))
		}
	}
	for _, c := range req.Entities {
		if req.Strict && !p.wanted[c.Name] {
			faults.Add(errs.New(errs.InvalidArgument, "nothing needs the entity column %q", c.Name).WithID("T0364").
				WithHint("leave it out, or do not ask for strict"))
		}
	}
	return faults.Err()
}

// parseColumn reads a column as its declared type, into the memory of values. Null is a value of a request column and none
// of a join key.
func parseColumn(values []value.Value, c input.Column, f value.Field, key bool) ([]value.Value, error) {
	values = slices.Grow(values[:0], c.Len())[:c.Len()]
	var bad *errs.Rows
	for i := range values {
		v, err := c.Value(i, f.Type)
		if err == nil && key && v.IsNull() {
			err = errs.New(errs.InvalidArgument, "a join key cannot be null")
		}
		values[i] = v
		if err != nil {
			if bad == nil {
				bad = &errs.Rows{}
			}
			bad.Add(i, err)
		}
	}
	if bad == nil {
		return values, nil
	}
	return values, errs.Wrap(bad.First(), errs.InvalidArgument, "%s %q is %s: %s", columnKind(key), f.Name, f.Type, bad).WithID("T0365")
}

// encode makes the entity keys of every group.
func (e *entities) encode(p *plan) error {
	for len(e.groups) < len(p.groups) {
		e.groups = append(e.groups, encodedKeys{})
	}
	for g := range p.groups {
		k := &e.groups[g]
		k.bytes, k.ends, k.keys = k.bytes[:0], k.ends[:0], k.keys[:0]
		for i := range e.rows {
			e.parts = e.parts[:0]
			for _, c := range p.groups[g].columns {
				e.parts = append(e.parts, e.values[c][i])
			}
			var err error
			if k.bytes, err = value.AppendKey(k.bytes, e.parts); err != nil {
				return errs.Wrap(err, errs.CodeOf(err), "entity row %d", i+1)
			}
			k.ends = append(k.ends, len(k.bytes))
		}
		from := 0
		for _, end := range k.ends {
			k.keys = append(k.keys, k.bytes[from:end:end])
			from = end
		}
	}
	return nil
}
