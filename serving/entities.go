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
	columns []Key           // join keys
	values  [][]value.Value // per element of Selection.Request: join keys and request columns
	keys    [][][]byte      // per use and row: the encoded entity key
}

// parseEntities reads the join keys and request columns of a request as their declared types, and encodes the keys for
// every use. All faults are reported at once.
func (s *Server) parseEntities(p *plan, req *Request) (*entities, error) {
	rows, err := input.Rows(req.Entities)
	if err != nil {
		return nil, err
	}
	if len(p.sel.Request) == 0 && len(req.Entities) == 0 {
		rows = 1 // views without entities have one key
	}
	if err := s.checkSize(rows, p.cells); err != nil {
		return nil, err
	}
	if err := checkColumns(p, req); err != nil {
		return nil, err
	}
	e := &entities{rows: rows}
	var faults errs.List
	for i, f := range p.sel.Request {
		c, _ := input.Find(req.Entities, f.Name)
		values, err := parseColumn(c, f, p.key[i])
		faults.AddErr(err)
		e.values = append(e.values, values)
		if p.key[i] {
			e.columns = append(e.columns, Key{f.Name, values})
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return e, e.encode(p)
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
	have := make([]string, len(req.Entities))
	for i, c := range req.Entities {
		have[i] = c.Name
	}
	for i, f := range p.sel.Request {
		if _, ok := input.Find(req.Entities, f.Name); !ok {
			hint := errs.DidYouMean(f.Name, have)
			if hint == "" {
				hint = p.needed()
			}
			faults.Add(errs.New(errs.InvalidArgument, "%s %q is missing from the entities", columnKind(p.key[i]), f.Name).WithID("T0363").WithHint("%s", hint))
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

// parseColumn reads a column as its declared type. Null is a value of a request column and none of a join key.
func parseColumn(c input.Column, f value.Field, key bool) ([]value.Value, error) {
	values := make([]value.Value, c.Len())
	var bad errs.Rows
	for i := range values {
		v, err := c.Value(i, f.Type)
		if err == nil && key && v.IsNull() {
			err = errs.New(errs.InvalidArgument, "a join key cannot be null")
		}
		values[i] = v
		if err != nil {
			bad.Add(i, err)
		}
	}
	if bad.First() == nil {
		return values, nil
	}
	return values, errs.Wrap(bad.First(), errs.InvalidArgument, "%s %q is %s: %s", columnKind(key), f.Name, f.Type, &bad).WithID("T0365")
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
