package cli

import (
	"strings"

	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/value"
)

// rowsShown is how many rows of a batch a table shows.
const rowsShown = 20

// batchAnswer shows the first rows of b as a table and all of it in every other form.
func (a *app) batchAnswer(b *value.Batch) *screen.Answer {
	answer := &screen.Answer{Table: &screen.Table{}}
	for i, n := range b.Names {
		answer.Table.Columns = append(answer.Table.Columns, screen.Column{Title: n, Right: numeric(b.Columns[i].Type)})
	}
	rows := b.Rows
	if a.format == screen.AsTable && rows > rowsShown {
		rows = rowsShown
		a.note("the first %d of %s rows; --out FILE or -o csv gives all", rows, count(int64(b.Rows)))
	}
	if a.format == screen.AsJSON || a.format == screen.AsYAML {
		answer.Raw = batchJSON(b)
		return answer
	}
	for i := range rows {
		cells := make([]screen.Cell, len(b.Columns))
		for j, c := range b.Columns {
			cells[j] = batchCell(a.format, c.At(i))
		}
		answer.Table.AddCells(cells...)
	}
	return answer
}

// batchCell returns a value for a table or, where null is the empty cell, for CSV.
func batchCell(f screen.Format, v value.Value) screen.Cell {
	if !v.IsNull() {
		return screen.Cell{Text: cellText(v)}
	}
	if f == screen.AsCSV {
		return screen.Cell{}
	}
	return screen.Cell{Text: "null", Style: screen.Faint}
}

func numeric(t value.Type) bool {
	switch t.Kind {
	case value.Int32, value.Int64, value.Float32, value.Float64, value.Decimal:
		return true
	}
	return false
}

// batchJSON returns an array of objects, one a line, members in column order.
func batchJSON(b *value.Batch) []byte {
	var out strings.Builder
	out.WriteString("[")
	for i := range b.Rows {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n{")
		for j, n := range b.Names {
			if j > 0 {
				out.WriteString(", ")
			}
			out.Write(raw(value.OfString(n)))
			out.WriteString(": ")
			out.Write(raw(b.Columns[j].At(i)))
		}
		out.WriteByte('}')
	}
	out.WriteString("\n]\n")
	return []byte(out.String())
}
