package serving

import (
	"github.com/truepoint/truepoint/eventtime"
)

// A RowCell is the answer for one feature of one entity row, as it stands in a Rendering.
type RowCell struct {
	Column int
	Text   []byte            // the value as JSON, in PackedForm that of OwnForm; valid during the call
	Event  eventtime.Instant // of the stored row; None unless State has Event
	State
}

// RowCells calls visit with each cell of a row, in the order of the columns. Writing columns and looking at rows do not
// disturb each other. It is for a Rendering without Response.
func (r *Rendering) RowCells(row int, visit func(*RowCell)) {
	next, text := make([]int, len(r.shape.uses)), []byte(nil)
	for use := range next {
		next[use] = r.heads[use*r.Rows+row] + headerBytes
	}
	for i := range r.shape.columns {
		c := &r.shape.columns[i]
		head := r.bytes[r.heads[c.use*r.Rows+row]:]
		cell := RowCell{Column: i, Event: eventtime.None}
		if head[flagsAt] == rowFound {
			cell.Text, cell.State, next[c.use] = cellAt(r.bytes, next[c.use])
		}
		if v := r.verdicts[c.use*r.Rows+row]; v != answers {
			cell.Text, cell.State = c.absent[v].text, c.absent[v].state
		}
		if r.shape.form == PackedForm {
			text, cell.NonFinite = appendUnpacked(text[:0], cell.Text, &r.Columns[i].Type)
			cell.Text = text
		}
		if cell.State.Event {
			cell.Event = eventtime.Instant(le.Uint64(head))
		}
		visit(&cell)
	}
}

// cellAt returns the cell of a block that begins at a place, and where the next one begins.
func cellAt(block []byte, at int) (text []byte, s State, next int) {
	b := block[at:]
	if n := int(b[0]); n != longCell {
		return b[1 : 1+n], plainState, at + 1 + n
	}
	n := int(le.Uint32(b[2:]))
	return b[longCellBytes : longCellBytes+n], stateOf(b[1]), at + longCellBytes + n
}
