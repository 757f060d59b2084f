package sample

import "github.com/truepoint/truepoint/value"

// A table is a batch under construction, row by row.
type table struct {
	names   []string
	columns []*value.Column
	rows    int
}

func newTable(fields []value.Field, size int) *table {
	t := &table{}
	for _, f := range fields {
		t.names = append(t.names, f.Name)
		t.columns = append(t.columns, value.NewColumn(f.Type, size))
	}
	return t
}

// append adds one row; cells line up with the fields.
func (t *table) append(cells ...value.Value) {
	for i, c := range cells {
		t.columns[i].Append(c)
	}
	t.rows++
}

func (t *table) batch() *value.Batch {
	b := &value.Batch{}
	for i, n := range t.names {
		b.Add(n, t.columns[i])
	}
	return b
}
