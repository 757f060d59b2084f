package online

import (
	"hash/maphash"
	"sync/atomic"
)

// A Stamper is a Driver that sees every write of its tables, so that what was read of them can be kept for as long as it
// holds. It is an optional ability; without it nothing is kept.
type Stamper interface {
	// Stamps returns the stamps that every write passes, or nil as long as other processes may write unseen. The answer
	// may change from nil to stamps, never back while the driver is open. It costs a few nanoseconds.
	Stamps() *Stamps
}

// Stamps tell whether rows that were read earlier are still what the store holds. A driver calls Begin before the first
// and End after the last moment at which a write may become visible. A reader takes the stamp of a key, reads the rows of
// the key, and may answer from them for as long as the key has that stamp. So an answer never goes back behind a row that
// anybody has been shown, and a read that races a write keeps nothing old.
//
// Keys share 2¹⁸ stamps by their hash, whatever their table: a write also ends what was kept of some other keys, and one of
// more than 2¹⁶ cells, which would end a quarter of all, ends what was kept of every key. They take 2 MiB, as they are
// touched. Safe for concurrent use.
type Stamps struct {
	seed  maphash.Seed
	all   atomic.Uint64   // of writes to every key, in the form of a slot
	slots []atomic.Uint64 // writes under way × writing + number of writes
}

const (
	stampSlots    = 1 << 18
	stampCellsMax = 1 << 16
	writing       = 1 << 40
	ended         = ^uint64(writing - 2) // added: one writer less, one write more
)

// NewStamps returns stamps of a store that nobody writes to yet.
func NewStamps() *Stamps {
	return &Stamps{seed: maphash.MakeSeed(), slots: make([]atomic.Uint64, stampSlots)}
}

// Hash returns the hash of an entity key that Of takes. It differs from process to process.
func (s *Stamps) Hash(key []byte) uint64 { return maphash.Bytes(s.seed, key) }

// Of returns the stamp of the key with that hash; ok is false while it is being written.
func (s *Stamps) Of(hash uint64) (stamp uint64, ok bool) {
	stamp = s.slots[hash%stampSlots].Load() + s.all.Load() // neither ever falls, apart from the writes under way
	return stamp, stamp < writing
}

// Begin says that cells are about to be written, to whatever table.
func (s *Stamps) Begin(cells []Cell) {
	if len(cells) > stampCellsMax {
		s.BeginAll()
		return
	}
	for i := range cells {
		s.slots[s.Hash(cells[i].Key)%stampSlots].Add(writing)
	}
}

// End says that the cells of a Begin are written, or that an unknown part of them is.
func (s *Stamps) End(cells []Cell) {
	if len(cells) > stampCellsMax {
		s.EndAll()
		return
	}
	for i := range cells {
		s.slots[s.Hash(cells[i].Key)%stampSlots].Add(ended)
	}
}

// BeginAll is Begin for every key, as before a table is dropped.
func (s *Stamps) BeginAll() { s.all.Add(writing) }

// EndAll is the End of BeginAll.
func (s *Stamps) EndAll() { s.all.Add(ended) }

// Stamps returns those of the driver; nil if it has none.
func (s *Store) Stamps() *Stamps {
	if d, ok := s.driver.(Stamper); ok {
		return d.Stamps()
	}
	return nil
}
