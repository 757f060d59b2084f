package screen

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// A Column is a heading of a Table. Numbers stand right.
type Column struct {
	Title string
	Right bool
}

// A Cell is one item of a Table. Machine is what CSV prints; empty means Text.
type Cell struct {
	Text    string
	Machine string
	Style   Style
}

// A Table is a list of rows under headings.
type Table struct {
	Columns []Column
	Rows    [][]Cell
}

// Columns returns headings; a title that starts with ">" stands right.
func Columns(titles ...string) []Column {
	out := make([]Column, len(titles))
	for i, s := range titles {
		right := strings.HasPrefix(s, ">")
		out[i] = Column{Title: strings.TrimPrefix(s, ">"), Right: right}
	}
	return out
}

// Add appends a row of plain texts.
func (tb *Table) Add(texts ...string) {
	row := make([]Cell, len(texts))
	for i, s := range texts {
		row[i] = Cell{Text: s}
	}
	tb.Rows = append(tb.Rows, row)
}

// AddCells appends a row.
func (tb *Table) AddCells(cells ...Cell) { tb.Rows = append(tb.Rows, cells) }

// columnMin is the least width to which a column is squeezed before rows are shown as records.
const columnMin = 9

// Render returns the table without borders, in at most t.Width columns: wide columns wrap, and where even that does
// not fit, each row becomes a record of "title: value" lines. It ends with a newline.
func (t *Terminal) Render(tb *Table) string {
	widths := natural(tb)
	if t.Width > 0 && !squeeze(widths, t.Width) {
		return t.records(tb)
	}
	w := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatDefault
	w.SetStyle(style)
	header := make(table.Row, len(tb.Columns))
	configs := make([]table.ColumnConfig, len(tb.Columns))
	for i, c := range tb.Columns {
		header[i] = t.Paint(Strong, c.Title)
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMax: widths[i], WidthMaxEnforcer: text.WrapSoft}
		if c.Right {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	w.AppendHeader(header)
	w.SetColumnConfigs(configs)
	for _, r := range tb.Rows {
		row := make(table.Row, len(r))
		for i, c := range r {
			row[i] = t.Paint(c.Style, visible(c.Text))
		}
		w.AppendRow(row)
	}
	lines := strings.Split(w.Render(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// visible makes control characters harmless: a stored text must not steer the terminal.
func visible(s string) string {
	if !strings.ContainsFunc(s, control) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if control(r) {
			b.WriteRune('\uFFFD')
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func control(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }

func natural(tb *Table) []int {
	widths := make([]int, len(tb.Columns))
	for i, c := range tb.Columns {
		widths[i] = text.StringWidthWithoutEscSequences(c.Title)
	}
	for _, r := range tb.Rows {
		for i, c := range r {
			widths[i] = max(widths[i], text.StringWidthWithoutEscSequences(c.Text))
		}
	}
	return widths
}

// squeeze narrows the widest columns until all fit into width with two blanks between them; false when they cannot.
func squeeze(widths []int, width int) bool {
	room := width - 2*len(widths)
	for {
		sum, widest := 0, 0
		for i, w := range widths {
			sum += w
			if w > widths[widest] {
				widest = i
			}
		}
		if sum <= room {
			return true
		}
		if widths[widest] <= columnMin {
			return false
		}
		widths[widest]--
	}
}

func (t *Terminal) records(tb *Table) string {
	var b strings.Builder
	for i, r := range tb.Rows {
		if i > 0 {
			b.WriteByte('\n')
		}
		for j, c := range r {
			line := tb.Columns[j].Title + ": " + visible(c.Text)
			b.WriteString(text.WrapSoft(line, t.Width))
			b.WriteByte('\n')
		}
	}
	return b.String()
}
