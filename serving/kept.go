package serving

import "math"

// A block that is kept by its rows ends with the row of each section: its length in four bytes, noRow for none, and its bytes.
const noRow = math.MaxUint32

// appendRows appends the rows of a miss behind its block.
func (r *Rendering) appendRows(m *missed) {
	for _, read := range m.reads {
		row, length := read.Packed[m.at], uint32(noRow)
		if row != nil {
			length = uint32(len(row))
		}
		r.bytes = append(le.AppendUint32(r.bytes, length), row...)
	}
}

// keptBlock appends the block that was kept by the rows of a key and notes in same which of its sections are those of the rows
// that were read now, each to the byte. whole reports that all are; kept is then the block of m.
func (r *Rendering) keptBlock(s *Server, m *missed) (kept int, whole bool) {
	r.same = resized(r.same, len(m.reads))
	for n := range r.same {
		r.same[n] = -1
	}
	if kept = len(r.bytes); m.how != byRows {
		return kept, false
	}
	k, found := m.keyOf(r.shape), false
	if r.bytes, found = s.cache.Append(r.bytes, &k, m.stamp); !found {
		return kept, false
	}
	block := r.bytes[kept:]
	section, row := lengthBytes*len(m.reads), lengthBytes*len(m.reads)
	for n := range m.reads {
		row += sectionBytes(block, n)
	}
	whole = true
	for n, read := range m.reads {
		var was []byte
		if length := le.Uint32(block[row:]); length != noRow {
			was = block[row+lengthBytes : row+lengthBytes+int(length)]
		}
		if read.Err == nil && (was == nil) == (read.Packed[m.at] == nil) && string(was) == string(read.Packed[m.at]) {
			r.same[n] = kept + section
		}
		whole = whole && r.same[n] >= 0
		section, row = section+sectionBytes(block, n), row+lengthBytes+len(was)
	}
	return kept, whole
}

// sectionBytes returns the length of section n of a block.
func sectionBytes(block []byte, n int) int { return int(le.Uint32(block[lengthBytes*n:])) }
