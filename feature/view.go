package feature

import (
	"strconv"

	"github.com/truepoint/truepoint/value"
)

// Table returns the online table of the view's present generation: "<project>/<view>/<generation>".
func (v *View) Table(project string) string { return v.TableAt(project, v.Generation) }

// TableAt returns the online table of a generation of the view.
func (v *View) TableAt(project string, generation uint32) string {
	return project + "/" + v.Name + "/" + strconv.FormatUint(uint64(generation), 10)
}

// RowSchema returns the schema that new rows of the view are written with. For a view that was never applied it is
// schema 1 with the declared fields.
func (v *View) RowSchema() *value.Schema {
	if n := len(v.Schemas); n > 0 {
		return &v.Schemas[n-1]
	}
	return &value.Schema{ID: 1, Fields: v.Fields()}
}

// SchemaAt returns the schema of this generation with that id.
func (v *View) SchemaAt(id uint32) (*value.Schema, bool) {
	for i := range v.Schemas {
		if v.Schemas[i].ID == id {
			return &v.Schemas[i], true
		}
	}
	if s := v.RowSchema(); s.ID == id {
		return s, true
	}
	return nil, false
}

// Fields returns the names and types of the view's features in order of declaration.
func (v *View) Fields() []value.Field {
	out := make([]value.Field, len(v.Schema))
	for i, f := range v.Schema {
		out[i] = value.Field{Name: f.Name, Type: f.Type}
	}
	return out
}

// Field returns the position of a feature in the view's schema, or −1.
func (v *View) Field(name string) int {
	for i := range v.Schema {
		if v.Schema[i].Name == name {
			return i
		}
	}
	return -1
}

// Only returns a copy of v with nothing but the features that keep says, in their order.
func (v *View) Only(keep func(Field) bool) *View {
	out := *v
	out.Schema, out.Aggregations = nil, nil
	for i, f := range v.Schema {
		if !keep(f) {
			continue
		}
		out.Schema = append(out.Schema, f)
		if v.Windowed() {
			out.Aggregations = append(out.Aggregations, v.Aggregations[i])
		}
	}
	return &out
}

func (v *View) fieldNames() []string {
	out := make([]string, len(v.Schema))
	for i, f := range v.Schema {
		out[i] = f.Name
	}
	return out
}

func index(path string, i int) string { return path + "[" + itoa(i) + "]" }

func itoa(n int) string { return strconv.Itoa(n) }
