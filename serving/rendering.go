package serving

import (
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// A Rendering is the answer to a request with every value in the bytes of a Form. Its memory is used again by the next Render, so that one
// which is kept makes answers without garbage; it serves one request at a time. The zero Rendering is ready.
//
// The columns are written in order, each once: AppendValues, or Parts in PackedForm, then, unless the column is plain,
// States, then the event times. A Rendering of on-demand features has Response, and nothing else.
type Rendering struct {
	Response *Response

	AsOf     eventtime.Instant
	Revision registry.Revision
	Older    []*Older
	Service  string // as defined; empty for a list of references
	Rows     int
	Keys     []Key
	Columns  []RenderedColumn
	States   []State // of the column that was written last, per row, unless it was plain

	shape    *shape
	entities entities
	bytes    []byte    // blocks, and padding
	heads    []int     // per use and row: where the section begins in bytes
	next     []int     // per use and row: the cell that is written next
	verdicts []verdict // per use and row
	plain    []bool    // per use: all its rows answer
	events   []byte    // event times of plain uses, comma separated
	eventsAt [][2]int  // per use: their part of events; empty before it is needed
	counts   [][5]int  // per view of the shape and status
	parts    [][]byte  // of the column that was asked for last, in PackedForm
	reading
}

// keptBytesMax bounds the memory that a Rendering keeps for the next request.
const keptBytesMax = 4 << 20

// reset prepares r for a request of a plan whose entities have been parsed.
func (r *Rendering) reset(c *Catalog, p *plan, sh *shape) {
	n := len(p.sel.Uses) * r.entities.rows
	if cap(r.bytes) > keptBytesMax {
		r.bytes = nil
	}
	r.Response, r.Revision, r.Older, r.Service = nil, c.Revision, p.older, p.sel.Service
	r.Rows, r.Keys, r.Columns, r.shape = r.entities.rows, r.entities.columns, sh.names, sh
	r.bytes, r.events = r.bytes[:0], r.events[:0]
	r.heads, r.next = resized(r.heads, n), resized(r.next, n)
	r.verdicts, r.plain = resized(r.verdicts, n), resized(r.plain, len(p.sel.Uses))
	r.eventsAt = resized(r.eventsAt, len(p.sel.Uses))
	clear(r.eventsAt)
	r.counts = resized(r.counts, len(sh.views))
	clear(r.counts)
}

func resized[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

// AppendValues appends the values of a column, comma separated. plain reports that every cell is PRESENT, has the event time
// of its row and is written exactly; otherwise States says how each cell stands.
func (r *Rendering) AppendValues(dst []byte, column int) (_ []byte, plain bool) {
	c := &r.shape.columns[column]
	written := 0
	if r.plain[c.use] {
		if dst, written = r.appendPlain(dst, c.use); written == r.Rows {
			r.counts[c.view][value.Present] += r.Rows
			return dst, true
		}
	}
	return r.appendMixed(dst, c, written), false
}

// appendPlain appends the next cell of the rows of a use, up to the first one that has a state, and returns how many these
// are. If not all are written, a comma stands behind each.
func (r *Rendering) appendPlain(dst []byte, use int) (_ []byte, written int) {
	const step = 32 // rows for which there is certainly room
	next := r.next[use*r.Rows : (use+1)*r.Rows]
	for i, at := range next {
		if i%step == 0 {
			dst = slices.Grow(dst, step*(longCell+1)+padding)
		}
		n := int(r.bytes[at])
		if n == longCell {
			return dst, i
		}
		end := len(dst)
		*(*[padding]byte)(dst[end : end+padding]) = *(*[padding]byte)(r.bytes[at+1 : at+1+padding])
		if n > padding {
			copy(dst[end+padding:end+n], r.bytes[at+1+padding:at+1+n])
		}
		dst = dst[:end+n+1]
		dst[end+n] = ','
		next[i] = at + 1 + n
	}
	return dst[:len(dst)-min(1, len(next))], len(next)
}

// appendMixed appends the next cell of every row from the one at from on, or what stands for it, and fills States.
func (r *Rendering) appendMixed(dst []byte, c *shapeColumn, from int) []byte {
	r.beginStates(c, from)
	for i := from; i < r.Rows; i++ {
		if i > from {
			dst = append(dst, ',')
		}
		dst = append(dst, r.stated(c, i)...)
	}
	return dst
}

// beginStates makes room for the States of a column whose first cells, up to the one at from, have nothing to say.
func (r *Rendering) beginStates(c *shapeColumn, from int) {
	r.States = resized(r.States, r.Rows)
	for i := range from {
		r.States[i] = plainState
	}
	r.counts[c.view][value.Present] += from
}

// stated consumes the next cell of a row, notes its State, and returns its value or what stands for it.
func (r *Rendering) stated(c *shapeColumn, row int) (text []byte) {
	text, state := r.cell(c.use, row)
	if v := r.verdicts[c.use*r.Rows+row]; v != answers {
		text, state = c.absent[v].text, c.absent[v].state
	}
	r.States[row] = state
	r.counts[c.view][state.Status]++
	return text
}

// cell consumes the next cell of a row. There is none, and nothing is consumed, if the row has no cells.
func (r *Rendering) cell(use, row int) (text []byte, s State) {
	head := r.bytes[r.heads[use*r.Rows+row]:]
	if head[flagsAt] != rowFound {
		return nil, State{}
	}
	text, s, r.next[use*r.Rows+row] = cellAt(r.bytes, r.next[use*r.Rows+row])
	return text, s
}

// Events returns the event times of a plain column, comma separated JSON strings. They are valid until the next Render.
func (r *Rendering) Events(column int) []byte {
	use := r.shape.columns[column].use
	at := &r.eventsAt[use]
	if at[1] == 0 {
		at[0] = len(r.events)
		for i, head := range r.heads[use*r.Rows : (use+1)*r.Rows] {
			if i > 0 {
				r.events = append(r.events, ',')
			}
			r.events = append(r.events, eventText(r.bytes[head:])...)
		}
		at[1] = len(r.events)
	}
	return r.events[at[0]:at[1]]
}

// AppendEvent appends the event time of the stored row of a cell whose State has Event, a JSON string.
func (r *Rendering) AppendEvent(dst []byte, column, row int) []byte {
	use := r.shape.columns[column].use
	return append(dst, eventText(r.bytes[r.heads[use*r.Rows+row]:])...)
}

// Counts returns the number of cells by status of each of some views, under their aliases, after all columns were written. A
// view may come more than once. Renderings of one plan have one list of views, which nobody may change; the cells are valid
// until the next rendering.
func (r *Rendering) Counts() (views []string, cells [][5]int) {
	if r.Response != nil {
		return r.Response.counts()
	}
	return r.shape.views, r.counts
}

// counts returns the view and the number of cells by status of each column.
func (r *Response) counts() (views []string, cells [][5]int) {
	views, cells = make([]string, len(r.Columns)), make([][5]int, len(r.Columns))
	for i, c := range r.Columns {
		views[i] = c.View
		for k := range c.Cells {
			cells[i][c.Cells[k].Status]++
		}
	}
	return views, cells
}
