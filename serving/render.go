package serving

import (
	"context"
	"errors"
	"hash/maphash"

	"github.com/truepoint/truepoint/internal/blockcache"
)

// Render is Read whose answer is in the bytes of a form already, in r. It keeps the blocks that answers are made of, where the online store
// can say that they still hold (online.Stamper), and asks the store, with one call, for what is missing. Errors: those of
// Read; r then holds nothing.
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
	misses   []miss    // the distinct keys that were not found, by group
	missOf   []int     // per group and row: its miss, or −1
	table    []int     // of the hash table of misses: place in misses + 1, 0 for none
	sections []section // what was read, per read and key
	filled   []byte    // the bytes of sections
}

// A miss is a key for which no block was found.
type miss struct {
	group int
	key   []byte
	hash  uint64
	stamp uint64
	kept  bool // the block may be kept under stamp
	block int  // where the block begins, once it is made
}

// A section is where the section of one key lies in filled.
type section struct{ from, to int }

// lookup fetches the blocks that the cache has and notes the others. A nil stamps means that nothing is kept.
func (r *Rendering) lookup(s *Server, p *plan) {
	stamps := s.store.Stamps()
	r.misses, r.missOf = r.misses[:0], resized(r.missOf, len(p.groups)*r.Rows)
	for g := range p.groups {
		first := len(r.misses)
		for i, key := range r.entities.groups[g].keys {
			m := miss{group: g, key: key}
			if stamps == nil || s.cache == nil {
				m.hash = maphash.Bytes(s.seed, key)
			} else {
				m.hash = stamps.Hash(key)
				m.stamp, m.kept = stamps.Of(m.hash)
			}
			if m.kept {
				at, found := len(r.bytes), false
				k := blockcache.Key{Hash: m.hash, Kind: r.shape.kind + uint64(g), Text: key}
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

// pad appends what may be read behind the last cell.
func (r *Rendering) pad() { r.bytes = append(r.bytes, make([]byte, padding)...) }

// place notes the sections of the block at a place in bytes as those of a row.
func (r *Rendering) place(g *keyGroup, row, block int) {
	at := block + lengthBytes*len(g.uses)
	for n, u := range g.uses {
		r.heads[u*r.Rows+row], r.next[u*r.Rows+row] = at, at+headerBytes
		at += int(le.Uint32(r.bytes[block+lengthBytes*n:]))
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
