package tablefile

import (
	"hash/maphash"

	"github.com/truepoint/truepoint/tablefile/flatpage"
)

// dictionaryBytesMax bounds the bytes of a dictionary: a column that has more of them hardly repeats.
const dictionaryBytesMax = 1 << 20

// A dictionary is the different texts of a column chunk, numbered as they come.
type dictionary struct {
	plain   []byte // the texts as a page holds them
	entries int
	slots   []slot // a hash table: a power of two, at least twice the entries; what collides lies in the next free slot
	seed    maphash.Seed
}

// A slot is a place in the table.
type slot struct {
	hash   uint32
	at     uint32 // where the text begins in plain
	size   uint32
	number uint32 // plus 1; 0: the slot is free
}

// index returns the number of a text, which it adds if it is not there. ok is false if it is not and has no room.
func (d *dictionary) index(text string) (number uint32, ok bool) {
	if len(text) > dictionaryBytesMax {
		return 0, false
	}
	if 2*d.entries >= len(d.slots) {
		d.grow()
	}
	hash := uint32(maphash.String(d.seed, text))
	at := hash & d.mask()
	for s := &d.slots[at]; s.number != 0; s = &d.slots[at] {
		if s.hash == hash && string(d.plain[s.at:s.at+s.size]) == text {
			return s.number - 1, true
		}
		at = (at + 1) & d.mask()
	}
	if len(d.plain)+4+len(text) > dictionaryBytesMax {
		return 0, false
	}
	d.plain = flatpage.AppendText(d.plain, text)
	d.entries++
	d.slots[at] = slot{hash, uint32(len(d.plain) - len(text)), uint32(len(text)), uint32(d.entries)}
	return uint32(d.entries - 1), true
}

func (d *dictionary) mask() uint32 { return uint32(len(d.slots) - 1) }

// grow doubles the table.
func (d *dictionary) grow() {
	old := d.slots
	if old == nil {
		d.seed = maphash.MakeSeed()
	}
	d.slots = make([]slot, max(256, 2*len(old)))
	for _, s := range old {
		if s.number == 0 {
			continue
		}
		at := s.hash & d.mask()
		for d.slots[at].number != 0 {
			at = (at + 1) & d.mask()
		}
		d.slots[at] = s
	}
}

// clear makes it empty.
func (d *dictionary) clear() {
	clear(d.slots)
	d.plain, d.entries = d.plain[:0], 0
}
