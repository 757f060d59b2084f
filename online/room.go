package online

// roomBytesMax is how much memory a Room has at most.
const roomBytesMax = 1 << 20

// A Room is memory for the rows of one reading at a time, whose user is done with them before the next one. A driver may lay
// rows there; it need not. The zero Room has no memory yet; a nil one never has any.
type Room struct {
	buf   []byte
	used  int
	asked int
}

// Take returns n bytes of the Room, whose content is arbitrary and which nobody else has until Clear; nil if so many are not
// left.
func (r *Room) Take(n int) []byte {
	if r == nil {
		return nil
	}
	r.asked += n
	if n > len(r.buf)-r.used {
		return nil
	}
	at := r.used
	r.used += n
	return r.buf[at:r.used:r.used]
}

// Clear takes all memory back, and makes it as much as was asked for since the last Clear, at most 1 MiB.
func (r *Room) Clear() {
	if want := min(r.asked, roomBytesMax); want > len(r.buf) {
		r.buf = make([]byte, want+want/8)
	}
	r.used, r.asked = 0, 0
}
