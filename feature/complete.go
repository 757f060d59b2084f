package feature

import (
	"slices"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// Complete says what follows from what is said, before Validate. It applies Feast's convention that a view's schema may
// name its join keys: such fields are taken out of the schema and give the entity its type where it declares none. It
// gives window views their inputs and fields, and features of on-demand views their types, as far as types are known:
// called again after more of them became known it gives the rest. A type that contradicts the entity's is a fault
// (errs.List).
func Complete(s *Set) error {
	var faults errs.List
	for _, v := range s.Views {
		for i := 0; i < len(v.Schema) && !v.Windowed(); i++ {
			e := s.keyOwner(v, v.Schema[i].Name)
			if e == nil {
				continue
			}
			f, at := v.Schema[i], v.Origin.At(index("schema", i)+".type")
			switch {
			case f.Type.IsZero():
			case e.ValueType.IsZero():
				e.ValueType = f.Type
				if e.Origin.Fields == nil {
					e.Origin.Fields = map[string]errs.Position{}
				}
				e.Origin.Fields["value_type"] = at
			case !e.ValueType.Equal(f.Type):
				faults.Add(errs.New(errs.InvalidArgument, "join key %q is %s here and %s in entity %q%s", f.Name, f.Type, e.ValueType, e.Name, seen(e.Origin.At("value_type"))).
					WithID("T0126").WithHint("give both one type").At(at))
			}
			v.Schema = slices.Delete(v.Schema, i, i+1)
			v.Origin.removeIndex("schema", i)
			i--
		}
	}
	for _, v := range s.Views {
		if v.Windowed() {
			s.completeWindow(v)
		}
	}
	s.completeOnDemand()
	return faults.Err()
}

// keyOwner returns the entity of v that has a join key of that name, or nil.
func (s *Set) keyOwner(v *View, key string) *Entity {
	for _, name := range v.Entities {
		if e, ok := s.Entity(name); ok && slices.Contains(e.JoinKeys, key) {
			return e
		}
	}
	return nil
}

// removeIndex forgets the paths of element i of a list and moves those behind it one forward.
func (o *Origin) removeIndex(list string, i int) {
	moved := make(map[string]errs.Position, len(o.Fields))
	for path, pos := range o.Fields {
		rest, inside := strings.CutPrefix(path, list+"[")
		number, tail, closed := strings.Cut(rest, "]")
		n, err := strconv.Atoi(number)
		switch {
		case !inside || !closed || err != nil || n < i:
			moved[path] = pos
		case n > i:
			moved[index(list, n-1)+tail] = pos
		}
	}
	o.Fields = moved
}

// seen returns " (file:line:column)" for a place that is known, for messages that name both ends.
func seen(p errs.Position) string {
	if p.IsZero() {
		return ""
	}
	return " (" + p.String() + ")"
}
