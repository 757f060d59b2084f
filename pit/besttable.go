package pit

import (
	"strings"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// An entry is the best row of a key. It is 32 bytes, two to a cache line.
type entry struct {
	code    uint64
	event   eventtime.Instant
	created eventtime.Instant
	best    ref
}

// A bestTable holds one entry per key, fewer than 2³²−1, numbered in order of arrival. An open hash table of eight bytes a
// seat finds them: it is a fraction of the entries in size, grows without looking at them, and tells nearly always by
// itself whether a key is there, so that most looks at an entry are at the right one. Memory that was never touched costs
// more than both looks: entries stay where they are when there are more of them, and a small table grows fast.
type bestTable struct {
	seats []seat
	shift uint          // hash>>shift is the first seat on the way of a code
	pages [][]entry     // of pageEntries each
	n     int           // entries
	texts []string      // per entry, for textKey and bytesKey
	ranks []value.Value // ranks[n*k : n*k+k] is the rank of entry n
	k     int           // columns of a rank
	named bool          // keys have texts
	text  *strings.Builder
}

// A seat holds the high half of a code's hash and, below, the number of its entry plus one; 0 is empty. At most six of
// ten seats are used. They are in order of hash, apart from those that had to make way.
type seat uint64

const (
	seatBits    = 14            // of the smallest table
	seatSteps   = 20            // a table of fewer bits grows by two of them at a time
	pageBits    = 13            // of the number of an entry, for its place in a page
	pageEntries = 1 << pageBits // 256 KiB
	slabPages   = 16            // at most so many are made at once
	textChunk   = 1 << 16       // bytes that a table allocates at once for texts
)

func seatOf(hash uint64, n int) seat { return seat(hash&^(1<<32-1) | uint64(n+1)) }

func (p seat) entry() int             { return int(uint32(p)) - 1 }
func (p seat) mayBe(hash uint64) bool { return (uint64(p)^hash)>>32 == 0 }

// newBestTable returns a table for keys of a form and ranks of k columns.
func newBestTable(form keyForm, k int) *bestTable {
	return &bestTable{
		seats: make([]seat, 1<<seatBits), shift: 64 - seatBits,
		k: k, named: form == textKey || form == bytesKey, text: &strings.Builder{},
	}
}

// at returns entry n.
func (t *bestTable) at(n int) *entry { return &t.pages[n>>pageBits][n&(pageEntries-1)] }

// reserve makes room for n more keys.
func (t *bestTable) reserve(n int) {
	need := t.n + n
	bits := 64 - t.shift
	for need*10 > 6<<bits {
		if bits++; bits < seatSteps {
			bits++
		}
	}
	if bits > 64-t.shift {
		t.resize(bits)
	}
	for need > len(t.pages)<<pageBits {
		for slab := makeLarge[entry](max(1, min(len(t.pages)/2, slabPages)) << pageBits); len(slab) > 0; slab = slab[pageEntries:] {
			t.pages = append(t.pages, slab[:pageEntries])
		}
	}
}

// resize moves the numbers of the entries into a new table of 1<<bits seats.
func (t *bestTable) resize(bits uint) {
	old := t.seats
	t.seats, t.shift = makeLarge[seat](1<<bits), 64-bits
	clear(t.seats) // a page that is read before it is written is mapped twice
	for _, p := range old {
		if p != 0 {
			t.put(p)
		}
	}
}

// put stores p at the first empty seat on its way.
func (t *bestTable) put(p seat) {
	mask := uint64(len(t.seats) - 1)
	at := uint64(p) >> t.shift
	for t.seats[at] != 0 {
		at = (at + 1) & mask
	}
	t.seats[at] = p
}

// home returns the first seat on the way of a code.
func (t *bestTable) home(code uint64) seat { return t.seats[spread(code)>>t.shift] }

// likely returns the number of the entry that a code most probably has, or −1: only by chance it is another's, and then
// find knows. It looks at no entry. home is the first seat on the way of the code.
func (t *bestTable) likely(home seat, code uint64) int {
	hash := spread(code)
	mask := uint64(len(t.seats) - 1)
	for p, at := home, hash>>t.shift; ; p = t.seats[at] {
		if p == 0 || p.mayBe(hash) {
			return p.entry()
		}
		at = (at + 1) & mask
	}
}

// is reports whether entry n has the key.
func (t *bestTable) is(n int, code uint64, text string) bool {
	return t.at(n).code == code && (!t.named || t.texts[n] == text)
}

// find returns the number of the entry of a key, −1 if there is none.
func (t *bestTable) find(code uint64, text string) int {
	hash := spread(code)
	mask := uint64(len(t.seats) - 1)
	for at := hash >> t.shift; ; at = (at + 1) & mask {
		p := t.seats[at]
		if p == 0 || p.mayBe(hash) && t.is(p.entry(), code, text) {
			return p.entry()
		}
	}
}

// insert adds the entry of a key that the table does not have and returns its number. There must be room for it.
func (t *bestTable) insert(e entry, text string) int {
	n := t.n
	*t.at(n) = e
	t.n++
	t.put(seatOf(spread(e.code), n))
	t.ranks = append(t.ranks, make([]value.Value, t.k)...)
	if t.named {
		t.texts = append(t.texts, t.keep(text))
	}
	return n
}

// keep returns a copy of text, which may share the memory of a part.
func (t *bestTable) keep(text string) string {
	if t.text.Cap()-t.text.Len() < len(text) {
		t.text = &strings.Builder{}
		t.text.Grow(max(textChunk, len(text)))
	}
	from := t.text.Len()
	t.text.WriteString(text)
	return t.text.String()[from:]
}

// textOf returns the text of entry n, empty for keys without.
func (t *bestTable) textOf(n int) string {
	if !t.named {
		return ""
	}
	return t.texts[n]
}

// rankOf returns the rank of entry n, to be read and written.
func (t *bestTable) rankOf(n int) []value.Value { return t.ranks[n*t.k : n*t.k+t.k] }
