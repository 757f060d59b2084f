package serving

import (
	"encoding/binary"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// A block is what one tuple of keys gives a shape: one section for each use of the group, behind their lengths (four bytes
// each). A section is a header and, if the row was found and is no delete, the cells of the use in the order of the columns
// that show them. Nothing in a block depends on asOf: whether its cells may be shown is judged at each read by the times in
// the header.
//
//	header  bytes 0–7 event, 8–15 created, 16 flags, 17 length of the event time as JSON, 18–47 its text
//	cell    one byte, the length of the value, and the value in the form of the shape: the cell is PRESENT and nothing is
//	        to be said about it; or FF, one byte of state, the length in four bytes, and the value
const (
	headerBytes = 48
	lengthBytes = 4 // in front of the sections, for each

	flagsAt, timeAt = 16, 17
	rowFound        = 1
	rowDeleted      = 2
	rowStoreFailed  = 4
	rowNotReadable  = 8

	longCell      = 0xFF
	longCellBytes = 6
	// padding is how many bytes behind the last cell may be read.
	padding = 16
)

// A State is what is to be said about a cell besides its value.
type State struct {
	Status    value.Status
	Defaulted bool
	Event     bool   // it has the event time of the stored row
	Reason    string // of ERROR
	NonFinite string // jsonvalue.NonFinite of the value, which stands as null
}

// plainState is that of a cell about which nothing is to be said.
var plainState = State{Status: value.Present, Event: true}

var le = binary.LittleEndian

// stateByte packs what a stored row alone says: the status in the lowest three bits, then Defaulted, then NonFinite.
func stateByte(st value.Status, defaulted bool, word string) byte {
	b := byte(st)
	if defaulted {
		b |= 1 << 3
	}
	for i, w := range nonFiniteWords {
		if w == word {
			b |= byte(i) << 4
		}
	}
	return b
}

var nonFiniteWords = [...]string{"", "NaN", "Infinity", "-Infinity", jsonvalue.Nested}

func stateOf(b byte) State {
	st := value.Status(b & 7)
	return State{Status: st, Defaulted: b&(1<<3) != 0, Event: st != value.NotFound, NonFinite: nonFiniteWords[b>>4]}
}

// appendSection appends the section of a row; cells are the fields of the use, nil unless the row is found and no delete.
func (u *shapeUse) appendSection(dst []byte, form Form, row *online.RowInfo, cells []value.Value) []byte {
	var flags byte
	if row.Found {
		flags |= rowFound
	}
	if row.Deleted {
		flags |= rowDeleted
	}
	dst = appendHeader(dst, flags, row)
	if cells == nil {
		return dst
	}
	for c, f := range u.fields {
		status := value.Present
		switch {
		case row.Lacks != nil && row.Lacks[f]:
			status = value.NotFound
		case cells[f].IsNull():
			status = value.NullValue
		}
		v, defaulted := u.defaults[c].Apply(cells[f], status)
		at := len(dst)
		dst = form.appendValue(append(dst, 0), v, &u.types[c])
		n, word := len(dst)-at-1, form.nonFinite(v)
		if status == value.Present && word == "" && n < longCell {
			dst[at] = byte(n)
			continue
		}
		dst = append(dst, make([]byte, longCellBytes-1)...)
		copy(dst[at+longCellBytes:], dst[at+1:at+1+n])
		dst[at], dst[at+1] = longCell, stateByte(status, defaulted, word)
		le.PutUint32(dst[at+2:], uint32(n))
	}
	return dst
}

func appendHeader(dst []byte, flags byte, row *online.RowInfo) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, headerBytes)...)
	h := dst[at:]
	le.PutUint64(h, uint64(row.Event))
	le.PutUint64(h[8:], uint64(row.Created))
	h[flagsAt] = flags
	if row.Found {
		text := append(row.Event.Append(append(h[timeAt+1:timeAt+1], '"')), '"')
		h[timeAt] = byte(len(text))
	}
	return dst
}

// failedSection appends the section of a row that could not be read.
func failedSection(dst []byte, err error) []byte {
	flags := byte(rowStoreFailed)
	if failure(err) == rowFailed {
		flags = rowNotReadable
	}
	return appendHeader(dst, flags, &online.RowInfo{Event: eventtime.None, Created: eventtime.None})
}

// readHeader returns the times of a section and the verdict that its flags alone decide; answers where they do not.
func readHeader(section []byte) (online.RowInfo, verdict) {
	flags := section[flagsAt]
	row := online.RowInfo{Found: flags&rowFound != 0, Deleted: flags&rowDeleted != 0,
		Event: eventtime.Instant(le.Uint64(section)), Created: eventtime.Instant(le.Uint64(section[8:]))}
	switch {
	case flags&rowStoreFailed != 0:
		return row, storeFailed
	case flags&rowNotReadable != 0:
		return row, rowFailed
	}
	return row, answers
}

// eventText returns the event time of a section as a JSON string.
func eventText(section []byte) []byte { return section[timeAt+1 : timeAt+1+int(section[timeAt])] }
