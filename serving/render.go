package serving

import (
	"context"
	"errors"
	"hash/maphash"
	"math"

	"github.com/truepoint/truepoint/internal/blockcache"
	"github.com/truepoint/truepoint/online"
)

// Render is Read whose answer is in the bytes of a form already, in r. It keeps the blocks that answers are made of. Where the
// online store can say that they still hold (online.Stamper) it asks the store, with one call, for what is missing; elsewhere for
// all rows, and answers from the blocks of rows that are the same to the byte. Errors: those of Read; r then holds nothing.
func (s *Server) Render(ctx context.Context, req *Request, form Form, r *Rendering) error {
	c, err := s.Current(ctx)
	if err != nil {
		return err
	}
	outdated, err := s.renderBy(ctx, c, req, form, r)
	if outdated && s.Refresh(ctx) == nil {
		if newer := s.catalog.Load(); newer != c {
			_, err = s.renderBy(ctx, newer, req, form, r)
		}
	}
	return err
}

func (s *Server) renderBy(ctx context.Context, c *Catalog, req *Request, form Form, r *Rendering) (outdated bool, err error) {
	p, err := c.plan(req)
	if err != nil {
		return false, err
	}
	if p.derive != nil {
		r.Service = p.sel.Service
		r.Response, outdated, err = s.readPlan(ctx, c, p, req)
		return outdated, err
	}
	if err := r.entities.parse(s, p, req); err != nil {
		return false, err
	}
	r.reset(c, p, p.shape(s, form))
	if r.lookup(s, p); len(r.misses) > 0 {
		outdated, err := r.fill(ctx, s, p)
		if err != nil && (rule(req, p) != Cells || ctx.Err() != nil || errors.Is(err, context.Canceled)) {
			return outdated, unavailable(err)
		}
		r.judge(p, s.newJudge(req.AsOf))
		return outdated, nil
	}
	if err := ctx.Err(); err != nil {
		return false, unavailable(err)
	}
	r.judge(p, s.newJudge(req.AsOf))
	return false, nil
}

// A reading is the part of a Rendering that finds the blocks of a request.
type reading struct {
	misses []miss // the distinct keys that have to be read, by group
	missOf []int  // per group and row: its miss, or −1
	table  []int  // of the hash table of misses: place in misses + 1, 0 for none
	same   []int  // of the block that is made: the section that was kept of the same row, per use, or −1
	row    online.RowInfo
	room   online.Room      // for the rows that are read
	kept   []*online.Read   // whose memory is used again
	reads  []*online.Read   // of misses; the first of kept
	asked  [][]byte         // of misses
	ahead  []miss           // what is looked up next
	keys   []blockcache.Key // of ahead
}

// aheadMax is how many keys are looked up together.
const aheadMax = 16

// A miss is a key whose rows have to be read.
type miss struct {
	group int
	key   []byte
	hash  uint64
	stamp uint64
	how   keeping
	block int // where the block begins, once it is made
}

// A keeping says how a block may be kept.
type keeping uint8

const (
	notKept keeping = iota
	byStamp         // it answers as long as its key has the stamp, and no row is read
	byRows          // it lies before the rows that it was made of, and answers for the same rows
)

// stampOfRows is that of all blocks that are kept by their rows. No key has it.
const stampOfRows = math.MaxUint64

// lookup fetches the blocks that the cache has by the stamp of their key and notes the others.
func (r *Rendering) lookup(s *Server, p *plan) {
	stamps := s.store.Stamps()
	r.misses, r.missOf = r.misses[:0], resized(r.missOf, len(p.groups)*r.Rows)
	for g := range p.groups {
		first := len(r.misses)
		for i := range r.entities.groups[g].keys {
			if i%aheadMax == 0 {
				r.lookAhead(s, stamps, g, i)
			}
			m := r.ahead[i%aheadMax]
			if m.how == byStamp {
				at, found := len(r.bytes), false
				k := m.keyOf(r.shape)
				if r.bytes, found = s.cache.Append(r.bytes, &k, m.stamp); found {
					r.place(&p.groups[g], i, at)
					r.missOf[g*r.Rows+i] = -1
					continue
				}
			}
			r.missOf[g*r.Rows+i] = r.addMiss(m, first)
		}
	}
	r.pad()
}

// lookAhead fills ahead with the keys of a group from row number from on.
func (r *Rendering) lookAhead(s *Server, stamps *online.Stamps, group, from int) {
	r.ahead = r.ahead[:0]
	keys := r.entities.groups[group].keys[from:]
	for _, key := range keys[:min(len(keys), aheadMax)] {
		r.ahead = append(r.ahead, s.missOf(stamps, group, key))
	}
	r.expect(s, byStamp, r.ahead)
}

// expect tells the cache which keys that are kept in a way come next.
func (r *Rendering) expect(s *Server, how keeping, next []miss) {
	r.keys = r.keys[:0]
	for i := range next {
		if next[i].how == how {
			r.keys = append(r.keys, next[i].keyOf(r.shape))
		}
	}
	if len(r.keys) > 1 {
		s.cache.Expect(r.keys)
	}
}

// missOf returns a miss of a key, before it is known to be one.
func (s *Server) missOf(stamps *online.Stamps, group int, key []byte) miss {
	m := miss{group: group, key: key}
	switch {
	case s.cache == nil:
		m.hash = maphash.Bytes(s.seed, key)
	case stamps == nil:
		m.hash, m.stamp, m.how = maphash.Bytes(s.seed, key), stampOfRows, byRows
	default:
		m.hash = stamps.Hash(key)
		if stamp, ok := stamps.Of(m.hash); ok {
			m.stamp, m.how = stamp, byStamp
		}
	}
	return m
}

// keyOf returns what a block of a shape is kept under.
func (m *miss) keyOf(sh *shape) blockcache.Key {
	return blockcache.Key{Hash: m.hash, Kind: sh.kind + uint64(m.group), Text: m.key}
}

// pad appends what may be read behind the last cell.
func (r *Rendering) pad() { r.bytes = append(r.bytes, make([]byte, padding)...) }

// place notes the sections of the block at a place in bytes as those of a row.
func (r *Rendering) place(g *keyGroup, row, block int) {
	at := block + lengthBytes*len(g.uses)
	for n, u := range g.uses {
		r.heads[u*r.Rows+row], r.next[u*r.Rows+row] = at, at+headerBytes
		at += sectionBytes(r.bytes[block:], n)
	}
}

// addMiss returns the place of a miss among those of its group, which begin at first; keys that repeat have one.
func (r *Rendering) addMiss(m miss, first int) int {
	if len(r.misses) == first {
		size := 2
		for size < 2*r.Rows {
			size *= 2
		}
		r.table = resized(r.table, size)
		clear(r.table)
	}
	for at := m.hash; ; at++ {
		slot := &r.table[at%uint64(len(r.table))]
		switch {
		case *slot == 0:
			r.misses = append(r.misses, m)
			*slot = len(r.misses)
			return *slot - 1
		case string(r.misses[*slot-1].key) == string(m.key):
			return *slot - 1
		}
	}
}

// judge decides about every row, at the one asOf that all of them have been shown to. As in Read, a row that could not be
// read fails its view for the whole request, the rows that were kept included: what is answered does not depend on that.
func (r *Rendering) judge(p *plan, j judge) {
	for u := range p.sel.Uses {
		failed, seen := answers, j
		for _, head := range r.heads[u*r.Rows : (u+1)*r.Rows] {
			row, v := readHeader(r.bytes[head:])
			if v != answers {
				failed = v
			}
			seen.see(&p.sel.Uses[u], &row)
		}
		if r.plain[u] = failed == answers; r.plain[u] {
			j = seen
		}
		for i := range r.Rows {
			r.verdicts[u*r.Rows+i] = failed
		}
	}
	r.AsOf = j.asOf
	for u := range p.sel.Uses {
		for i, head := range r.heads[u*r.Rows : (u+1)*r.Rows] {
			at := u*r.Rows + i
			if r.verdicts[at] == answers {
				row, _ := readHeader(r.bytes[head:])
				r.verdicts[at] = j.row(&p.sel.Uses[u], &row)
				r.plain[u] = r.plain[u] && r.verdicts[at] == answers
			}
		}
	}
}
