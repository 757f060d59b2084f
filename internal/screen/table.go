package screen

import (
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// A Column is a heading of a Table. Numbers stand right. An optional column is left out on a terminal that is too narrow
// for the whole table; CSV has it always.
type Column struct {
	Title    string
	Right    bool
	Optional bool
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

// Columns returns headings. A title that starts with "?" is optional, one that then starts with ">" stands right.
func Columns(titles ...string) []Column {
	out := make([]Column, len(titles))
	for i, s := range titles {
		s, optional := strings.CutPrefix(s, "?")
		s, right := strings.CutPrefix(s, ">")
		out[i] = Column{Title: s, Right: right, Optional: optional}
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

// Render returns the table without borders, in at most t.Width columns: optional columns go, the last first, then wide
// columns wrap, but for the first, whose names are there to be copied. Where even that does not fit, each row becomes a
// record of "title: value" lines. It ends with a newline.
func (t *Terminal) Render(tb *Table) string {
	tb = tb.fitted(t.Width)
	widths, ok := layout(tb, t.Width)
	if !ok {
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
		header[i] = t.paintLines(Strong, wrap(c.Title, widths[i]))
		configs[i] = table.ColumnConfig{Number: i + 1}
		if c.Right {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	w.AppendHeader(header)
	w.SetColumnConfigs(configs)
	for _, r := range tb.Rows {
		row := make(table.Row, len(r))
		for i, c := range r {
			row[i] = t.paintLines(c.Style, wrap(visible(c.Text), widths[i]))
		}
		w.AppendRow(row)
	}
	lines := strings.Split(w.Render(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// paintLines paints each line by itself, because the table pads them.
func (t *Terminal) paintLines(s Style, text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = t.Paint(s, lines[i])
	}
	return strings.Join(lines, "\n")
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

// gap is the number of blanks between columns.
const gap = 2

// fitted returns the table without as many optional columns, from the right, as it takes to fit into width (0: no limit).
func (tb *Table) fitted(width int) *Table {
	for i := len(tb.Columns) - 1; i >= 0 && width > 0 && tb.width() > width; i-- {
		if tb.Columns[i].Optional {
			tb = tb.without(i)
		}
	}
	return tb
}

// width returns the width of the table with every text on one line.
func (tb *Table) width() int {
	sum := gap * (len(tb.Columns) - 1)
	for i := range tb.Columns {
		sum += widestOf(tb.column(i))
	}
	return sum
}

// without returns a copy of the table that lacks a column.
func (tb *Table) without(column int) *Table {
	out := &Table{Columns: slices.Delete(slices.Clone(tb.Columns), column, column+1)}
	for _, r := range tb.Rows {
		out.Rows = append(out.Rows, slices.Delete(slices.Clone(r), column, column+1))
	}
	return out
}

// layout returns the width of each column so that all fit into width (0: no limit): the natural widths if they fit;
// else the first column gets its widest text and each other its widest word, or part of a word where even words are too
// wide, and what is left goes, step by step, to the column that then needs most lines. ok is false when nothing fits.
func layout(tb *Table, width int) (widths []int, ok bool) {
	natural, texts := make([]int, len(tb.Columns)), make([][]string, len(tb.Columns))
	for i := range tb.Columns {
		texts[i] = tb.column(i)
		natural[i] = widestOf(texts[i])
	}
	room := width - gap*(len(tb.Columns)-1)
	if width == 0 || total(natural) <= room {
		return natural, true
	}
	for _, least := range []func(string) int{leastWord, leastToken} {
		widths = narrowest(texts, least)
		widths[0] = natural[0]
		if total(widths) <= room {
			return grow(texts, natural, widths, room-total(widths)), true
		}
	}
	return nil, false
}

// narrowest returns the least width of each column.
func narrowest(texts [][]string, least func(string) int) []int {
	widths := make([]int, len(texts))
	for i, column := range texts {
		for _, s := range column {
			widths[i] = max(widths[i], least(s))
		}
	}
	return widths
}

// grow gives room to the columns that need most lines.
func grow(texts [][]string, natural, widths []int, room int) []int {
	for grown := true; grown; {
		grown = false
		for _, i := range byLines(texts, widths) {
			if step := nextStep(texts[i], widths[i], min(natural[i], widths[i]+room)); step > 0 {
				widths[i], room, grown = widths[i]+step, room-step, true
				break
			}
		}
	}
	return widths
}

// byLines returns the columns, those first that need most lines at these widths.
func byLines(texts [][]string, widths []int) []int {
	order, lines := make([]int, len(texts)), make([]int, len(texts))
	for i := range texts {
		order[i], lines[i] = i, mostLines(texts[i], widths[i])
	}
	slices.SortStableFunc(order, func(a, b int) int { return lines[b] - lines[a] })
	return order
}

// nextStep returns by how much a column must grow to need fewer lines, 0 when it cannot within limit.
func nextStep(texts []string, width, limit int) int {
	now := mostLines(texts, width)
	for w := width + 1; w <= limit; w++ {
		if mostLines(texts, w) < now {
			return w - width
		}
	}
	return 0
}

func mostLines(texts []string, width int) int {
	n := 0
	for _, s := range texts {
		n = max(n, 1+strings.Count(wrap(s, width), "\n"))
	}
	return n
}

// column returns the title and every text of a column.
func (tb *Table) column(i int) []string {
	out := []string{tb.Columns[i].Title}
	for _, r := range tb.Rows {
		out = append(out, visible(r[i].Text))
	}
	return out
}

func total(widths []int) int {
	sum := 0
	for _, w := range widths {
		sum += w
	}
	return sum
}

func (t *Terminal) records(tb *Table) string {
	var b strings.Builder
	for i, r := range tb.Rows {
		if i > 0 {
			b.WriteByte('\n')
		}
		for j, c := range r {
			line := tb.Columns[j].Title + ": " + visible(c.Text)
			if t.Width > 0 {
				line = wrap(line, t.Width)
			}
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Wrapped returns text broken into lines of at most t.Width columns, each behind indent; as one line where the width is
// unlimited. It ends with a newline.
func (t *Terminal) Wrapped(indent, s string) string {
	s = visible(s)
	if t.Width > 0 {
		s = wrap(s, max(t.Width-len(indent), widthMin/2))
	}
	var b strings.Builder
	for l := range strings.Lines(s) {
		b.WriteString(strings.TrimRight(indent+strings.TrimSuffix(l, "\n"), " ") + "\n")
	}
	return b.String()
}
