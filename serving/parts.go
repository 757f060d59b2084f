package serving

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Parts returns the values of a column in PackedForm, one for each row: the bytes of value.AppendPart, none for a null.
// They are valid until the next call. plain is that of AppendValues, and States says how each cell stands unless it is set.
func (r *Rendering) Parts(column int) (parts [][]byte, plain bool) {
	c := &r.shape.columns[column]
	r.parts = resized(r.parts, r.Rows)
	written := 0
	if r.plain[c.use] {
		if written = r.plainParts(c.use); written == r.Rows {
			r.counts[c.view][value.Present] += r.Rows
			return r.parts, true
		}
	}
	r.beginStates(c, written)
	for i := written; i < r.Rows; i++ {
		r.parts[i] = r.stated(c, i)
	}
	return r.parts, false
}

// plainParts consumes the next cell of the rows of a use, up to the first one that has a state, and returns how many these
// are.
func (r *Rendering) plainParts(use int) (written int) {
	next := r.next[use*r.Rows : (use+1)*r.Rows]
	for i, at := range next {
		n := int(r.bytes[at])
		if n == longCell {
			return i
		}
		r.parts[i] = r.bytes[at+1 : at+1+n]
		next[i] = at + 1 + n
	}
	return len(next)
}

// Event returns the event time of the stored row of a cell which is plain or whose State has Event.
func (r *Rendering) Event(column, row int) eventtime.Instant {
	use := r.shape.columns[column].use
	return eventtime.Instant(le.Uint64(r.bytes[r.heads[use*r.Rows+row]:]))
}

// appendUnpacked appends a value of PackedForm as OwnForm has it.
func appendUnpacked(dst, part []byte, t *value.Type) (_ []byte, nonFinite string) {
	v := value.Value{}
	if len(part) > 0 {
		v, _, _ = value.ReadPart(part, t) // which reads what value.AppendPart wrote
	}
	return OwnForm.appendValue(dst, v, t), OwnForm.nonFinite(v)
}
