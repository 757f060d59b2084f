package serving

import (
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/value"
)

// entities are the parsed rows of a request.
type entities struct {
	rows    int
	columns []Key
	keys    [][][]byte // per use and row: the encoded entity key
}

// parseEntities reads the join keys of a request as their declared types and encodes them for every use. All faults
// are reported at once.
func (s *Server) parseEntities(p *plan, req *Request) (*entities, error) {
	rows, err := input.Rows(req.Entities)
	if err != nil {
		return nil, err
	}
	if len(p.sel.Request) == 0 && len(req.Entities) == 0 {
		rows = 1 // views without entities have one key
	}
	if err := s.checkSize(rows, len(p.sel.Order)); err != nil {
		return nil, err
	}
	if err := checkColumns(p, req); err != nil {
		return nil, err
	}
	e := &entities{rows: rows}
	var faults errs.List
	for _, f := range p.sel.Request {
		c, _ := input.Find(req.Entities, f.Name)
		k, err := parseKey(c, f)
		faults.AddErr(err)
		e.columns = append(e.columns, k)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return e, e.encode(p)
}

func (s *Server) checkSize(rows, features int) error {
	switch {
	case rows > s.opt.EntitiesMax:
		return errs.New(errs.InvalidArgument, "the request has %d entities, at most %d are allowed", rows, s.opt.EntitiesMax).WithID("T0362").
			WithHint("split the request")
	case rows*features > s.opt.CellsMax:
		return errs.New(errs.InvalidArgument, "the request has %d cells, at most %d are allowed", rows*features, s.opt.CellsMax).WithID("T0362").
			WithHint("split the request")
	}
	return nil
}

// checkColumns refuses a request that lacks a join key and, if it is strict, one with a column that nothing needs.
func checkColumns(p *plan, req *Request) error {
	var faults errs.List
	need, have := make([]string, len(p.sel.Request)), make([]string, len(req.Entities))
	for i, f := range p.sel.Request {
		need[i] = f.Name + " (" + f.Type.String() + ")"
	}
	for i, c := range req.Entities {
		have[i] = c.Name
	}
	for _, f := range p.sel.Request {
		if _, ok := input.Find(req.Entities, f.Name); !ok {
			hint := errs.DidYouMean(f.Name, have)
			if hint == "" {
				hint = "needed are " + strings.Join(need, ", ")
			}
			faults.Add(errs.New(errs.InvalidArgument, "join key %q is missing from the entities", f.Name).WithID("T0363").WithHint("%s", hint))
		}
	}
	for _, name := range have {
		if req.Strict && !p.wanted[name] {
			faults.Add(errs.New(errs.InvalidArgument, "nothing needs the entity column %q", name).WithID("T0364").
				WithHint("leave it out, or do not ask for strict"))
		}
	}
	return faults.Err()
}

func parseKey(c input.Column, f value.Field) (Key, error) {
	k := Key{Name: f.Name, Values: make([]value.Value, c.Len())}
	var bad errs.Rows
	for i := range k.Values {
		v, err := c.Value(i, f.Type)
		if err == nil && v.IsNull() {
			err = errs.New(errs.InvalidArgument, "a join key cannot be null")
		}
		k.Values[i] = v
		if err != nil {
			bad.Add(i, err)
		}
	}
	if bad.First() == nil {
		return k, nil
	}
	return k, errs.Wrap(bad.First(), errs.InvalidArgument, "join key %q is %s: %s", f.Name, f.Type, &bad).WithID("T0365")
}

// encode makes the entity keys of every use.
func (e *entities) encode(p *plan) error {
	at := map[string]int{}
	for i, k := range e.columns {
		at[k.Name] = i
	}
	for u := range p.sel.Uses {
		use := &p.sel.Uses[u]
		parts := make([]value.Value, len(use.Columns))
		keys := make([][]byte, e.rows)
		var arena []byte
		for i := range keys {
			for c, name := range use.Columns {
				parts[c] = e.columns[at[name]].Values[i]
			}
			from := len(arena)
			var err error
			if arena, err = value.AppendKey(arena, parts); err != nil {
				return errs.Wrap(err, errs.CodeOf(err), "entity row %d", i+1)
			}
			keys[i] = arena[from:len(arena):len(arena)]
		}
		e.keys = append(e.keys, keys)
	}
	return nil
}
