package online

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Distant is a Driver whose readings cross a network, so that keys which many ask for at once are worth reading once for
// all of them. It is an optional ability; without it every reading goes to the store by itself.
type Distant interface {
	// Distant reports whether that is so. The answer does not change.
	Distant() bool
}

// Bounds of sharing.
const (
	// readsAlone is how many readings of one key at a time go to the store by themselves. Readings of many keys that meet in
	// one by chance thus never wait for each other, while a key that all ask for costs readsUncounted and readsAlone readings
	// and a shared one at a time, however many ask.
	readsAlone = 4
	// readsUncounted is how many readings may be under way while none counts its keys: few callers have no hot key, and to
	// count a key is to wait for memory.
	readsUncounted = 4
	// shareSlots is how many counters the keys share, by their hash: 1 MiB.
	shareSlots = 1 << 18
	// shareCrowd is how many keys may be read at a time before counters that keys share say too little.
	shareCrowd = shareSlots / 8
	// flightKeysMax bounds the keys of one shared reading, unless one caller alone has more.
	flightKeysMax = 10_000
	// flightPatience is how long a shared reading waits for the one before it.
	flightPatience = 50 * time.Millisecond
)

// A sharing reads each hot key once for all who ask for it at a time. A caller never gets what was read before it asked: it
// joins a reading that has not begun, and the next one begins when the one before it ends, or after flightPatience. So
// who was told that a row is written reads that row (docs/adr/0024-shared-reads.md).
type sharing struct {
	driver Driver
	seed   maphash.Seed
	alone  []atomic.Int32 // keys that are read by themselves now, by hash
	keys   atomic.Int64   // the sum of alone
	active atomic.Int64   // readings

	flights sync.WaitGroup
	mu      sync.Mutex
	lanes   map[string]*lane // by the tables that are read
}

func newSharing(d Driver) *sharing {
	return &sharing{driver: d, seed: maphash.MakeSeed(), alone: make([]atomic.Int32, shareSlots), lanes: map[string]*lane{}}
}

// GetBatch is that of the driver, and returns for how many of the keys the store was asked by another caller alone. The rows
// may be shared and must not be changed.
func (s *sharing) GetBatch(ctx context.Context, items []TableKeys) (shared int, err error) {
	defer s.active.Add(-1)
	if s.active.Add(1) <= readsUncounted {
		return 0, s.driver.GetBatch(ctx, items)
	}
	slots, hot := s.take(items)
	defer s.giveBack(slots)
	if hot == nil {
		return 0, s.driver.GetBatch(ctx, items)
	}
	f, shared := s.join(items, hot)
	if f == nil {
		return 0, s.driver.GetBatch(ctx, items)
	}
	if err := s.readOthers(ctx, items, hot); err != nil {
		s.leave(f)
		return 0, err
	}
	if err := s.wait(ctx, f); err != nil {
		return 0, err
	}
	f.copyTo(items, hot)
	return shared, nil
}

// take counts the keys that are read by themselves, in the slots that it returns, and finds those that are hot: per item
// their places, nil if no item has any.
func (s *sharing) take(items []TableKeys) (slots []uint32, hot [][]int) {
	var of uint64 // readings of other tables are counted apart: they do not share
	for i := range items {
		of = of<<1 ^ of>>63 ^ maphash.String(s.seed, items[i].Table)
	}
	if s.keys.Load() > shareCrowd {
		return nil, nil
	}
	slots = make([]uint32, 0, distinctKeys(items))
	for i := range items {
		if repeatsKeys(items, i) {
			if hot != nil {
				hot[i] = hot[i-1]
			}
			continue
		}
		for k, key := range items[i].Keys {
			slot := uint32((maphash.Bytes(s.seed, key) ^ of) % shareSlots)
			if s.alone[slot].Add(1) <= readsAlone {
				slots = append(slots, slot)
				continue
			}
			s.alone[slot].Add(-1)
			if hot == nil {
				hot = make([][]int, len(items))
			}
			hot[i] = append(hot[i], k)
		}
	}
	s.keys.Add(int64(len(slots)))
	return slots, hot
}

// giveBack ends what take counted.
func (s *sharing) giveBack(slots []uint32) {
	for _, slot := range slots {
		s.alone[slot].Add(-1)
	}
	s.keys.Add(-int64(len(slots)))
}

// repeatsKeys reports that item i asks for the keys of the item before it.
func repeatsKeys(items []TableKeys, i int) bool {
	return i > 0 && sameKeys(items[i-1].Keys, items[i].Keys)
}

// distinctKeys counts the keys of items, those that several items share once.
func distinctKeys(items []TableKeys) (n int) {
	for i := range items {
		if !repeatsKeys(items, i) {
			n += len(items[i].Keys)
		}
	}
	return n
}

// sameKeys reports whether two lists of keys are one, as those of views that are asked for the same entities.
func sameKeys(a, b [][]byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// readOthers reads the keys of items that are not hot, if there are any.
func (s *sharing) readOthers(ctx context.Context, items []TableKeys, hot [][]int) error {
	rest := make([]TableKeys, 0, len(items))
	from := make([]int, 0, len(items))
	for i := range items {
		if len(hot[i]) == len(items[i].Keys) {
			continue
		}
		t := TableKeys{Table: items[i].Table}
		for k, key := range items[i].Keys {
			if _, is := slices.BinarySearch(hot[i], k); !is {
				t.Keys = append(t.Keys, key)
			}
		}
		t.Rows = make([][]byte, len(t.Keys))
		rest, from = append(rest, t), append(from, i)
	}
	if len(rest) == 0 {
		return nil
	}
	if err := s.driver.GetBatch(ctx, rest); err != nil {
		return err
	}
	for n, i := range from {
		at := 0
		for k := range items[i].Keys {
			if _, is := slices.BinarySearch(hot[i], k); !is {
				items[i].Rows[k] = rest[n].Rows[at]
				at++
			}
		}
	}
	return nil
}
