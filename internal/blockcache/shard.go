package blockcache

import (
	"encoding/binary"
	"sync"
)

// A shard keeps entries in a ring, one behind the other, and finds them by an index of buckets. New entries go to the head;
// room is made at the tail. An entry that is read when it has come close to the tail is put again, so that what is read
// often stays. Every slot of the index points to an entry between tail and head.
type shard struct {
	mu         sync.Mutex
	ring       []byte // nil until the first put
	index      []byte // buckets of slots
	units      uint64 // length of ring
	buckets    uint64 // a power of two
	head, tail uint64 // in units, ever growing; the place is the remainder by units
	closed     bool

	hits, misses, stale uint64
}

// An entry begins at a multiple of unit with its header: mixed hash, kind, stamp, lengths of text and block. What is left at
// the end of the ring, where the next entry did not fit, begins with filler.
const (
	unit        = 8
	headerBytes = 32
	filler      = ^uint64(0)

	bucketSlots = 8
	slotBytes   = 8 // the upper half of the mixed hash, not 0; the lower half of the entry's position
	bucketBytes = bucketSlots * slotBytes
	// ringPerBucket is how many bytes of the ring there are for each bucket: slots for entries of 256 bytes.
	ringPerBucket = bucketSlots * 256
)

func (s *shard) size(bytes int64) {
	s.buckets = 1
	for int64(s.buckets)*2*(ringPerBucket+bucketBytes) <= bytes {
		s.buckets *= 2
	}
	s.units = uint64(bytes-int64(s.buckets)*bucketBytes) / unit
}

var le = binary.LittleEndian

func unitsOf(textBytes, blockBytes int) uint64 {
	return uint64(headerBytes+textBytes+blockBytes+unit-1) / unit
}

func tagOf(mixed uint64) uint64 { return (mixed>>32 | 1) << 32 }

func (s *shard) bucket(mixed uint64) []byte {
	at := (mixed & (s.buckets - 1)) * bucketBytes
	return s.index[at : at+bucketBytes]
}

// position returns the position that a slot names: the one below head with these low bits.
func (s *shard) position(slot uint64) uint64 { return s.head - uint64(uint32(s.head)-uint32(slot)) }

func (s *shard) at(position uint64) []byte { return s.ring[position%s.units*unit:] }

// find returns the slot of a key in its bucket and the entry; entry is nil if there is none.
func (s *shard) find(k *Key, mixed uint64) (slot, entry []byte, position uint64) {
	b, tag := s.bucket(mixed), tagOf(mixed)
	for ; len(b) > 0; b = b[slotBytes:] {
		v := le.Uint64(b)
		if v&^(1<<32-1) != tag {
			continue
		}
		p := s.position(v)
		e := s.at(p)
		if le.Uint64(e) == mixed && le.Uint64(e[8:]) == k.Kind && int(le.Uint32(e[24:])) == len(k.Text) && string(e[headerBytes:headerBytes+len(k.Text)]) == string(k.Text) {
			return b[:slotBytes], e, p
		}
	}
	return nil, nil, 0
}

// lineBytes is the least length of a line of the processor's cache, and linesExpected how many lines of an entry are fetched
// ahead; the processor guesses the others.
const lineBytes, linesExpected = 64, 16

// expectBucket fetches the bucket of a key ahead.
func (s *shard) expectBucket(mixed uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ring != nil {
		prefetch(&s.bucket(mixed)[0])
	}
}

// expectEntry fetches what is probably the entry of a key ahead.
func (s *shard) expectEntry(mixed uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ring == nil {
		return
	}
	for b, tag := s.bucket(mixed), tagOf(mixed); len(b) > 0; b = b[slotBytes:] {
		if v := le.Uint64(b); v&^(1<<32-1) == tag {
			e := s.at(s.position(v))
			for at := 0; at < min(len(e), linesExpected*lineBytes); at += lineBytes {
				prefetch(&e[at])
			}
		}
	}
}

func (s *shard) append(dst []byte, k *Key, mixed, stamp uint64) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ring == nil {
		s.misses++
		return dst, false
	}
	slot, e, position := s.find(k, mixed)
	switch {
	case e == nil:
		s.misses++
		return dst, false
	case le.Uint64(e[16:]) != stamp:
		s.misses++
		s.stale++
		le.PutUint64(slot, 0)
		return dst, false
	}
	s.hits++
	from, at := len(dst), headerBytes+len(k.Text)
	dst = append(dst, e[at:at+int(le.Uint32(e[28:]))]...)
	if s.head-position > s.units/4*3 {
		s.insert(k, mixed, stamp, dst[from:])
	}
	return dst, true
}

func (s *shard) put(k *Key, mixed, stamp uint64, block []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if s.ring == nil {
		whole, err := take(int(s.units*unit) + int(s.buckets)*bucketBytes)
		if err != nil { // without memory nothing is kept, and everything goes on
			return
		}
		s.ring, s.index = whole[:s.units*unit], whole[s.units*unit:]
	}
	s.insert(k, mixed, stamp, block)
}

// insert writes an entry at the head. text and block must not lie in the ring.
func (s *shard) insert(k *Key, mixed, stamp uint64, block []byte) {
	n := unitsOf(len(k.Text), len(block))
	if n > s.units/8 || mixed == filler {
		return
	}
	if left := s.units - s.head%s.units; left < n {
		s.makeRoom(left)
		le.PutUint64(s.at(s.head), filler)
		s.head += left
	}
	s.makeRoom(n)
	e := s.at(s.head)
	le.PutUint64(e, mixed)
	le.PutUint64(e[8:], k.Kind)
	le.PutUint64(e[16:], stamp)
	le.PutUint32(e[24:], uint32(len(k.Text)))
	le.PutUint32(e[28:], uint32(len(block)))
	copy(e[headerBytes:], k.Text)
	copy(e[headerBytes+len(k.Text):], block)
	slot, _, _ := s.find(k, mixed)
	if slot == nil {
		slot = s.freeSlot(mixed)
	}
	le.PutUint64(slot, tagOf(mixed)|uint64(uint32(s.head)))
	s.head += n
}

// freeSlot returns an empty slot of a bucket, or that of its oldest entry, which is given up.
func (s *shard) freeSlot(mixed uint64) []byte {
	b := s.bucket(mixed)
	oldest, age := b[:slotBytes], uint64(0)
	for ; len(b) > 0; b = b[slotBytes:] {
		v := le.Uint64(b)
		if v == 0 {
			return b[:slotBytes]
		}
		if a := s.head - s.position(v); a > age {
			oldest, age = b[:slotBytes], a
		}
	}
	return oldest
}

// makeRoom gives up entries at the tail until n units are free.
func (s *shard) makeRoom(n uint64) {
	for s.head+n-s.tail > s.units {
		e := s.at(s.tail)
		mixed := le.Uint64(e)
		if mixed == filler {
			s.tail += s.units - s.tail%s.units
			continue
		}
		want := tagOf(mixed) | uint64(uint32(s.tail))
		for b := s.bucket(mixed); len(b) > 0; b = b[slotBytes:] {
			if le.Uint64(b) == want {
				le.PutUint64(b, 0)
			}
		}
		s.tail += unitsOf(int(le.Uint32(e[24:])), int(le.Uint32(e[28:])))
	}
}

func (s *shard) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed, s.head, s.tail = true, 0, 0
	ring := s.ring
	s.ring, s.index = nil, nil
	if ring == nil {
		return nil
	}
	return give(ring[:cap(ring)])
}
