package serving

import (
	"context"

	"github.com/truepoint/truepoint/internal/blockcache"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// A filling reads the keys that were missing with one call of the store and makes blocks of what it finds.
type filling struct {
	plan  *plan
	reads []*online.Read
	uses  []int // per read
	first []int // per read: the first of its sections
	count int   // of sections
}

// add adds the reads of all uses of a group.
func (f *filling) add(group int, keys [][]byte) {
	for _, u := range f.plan.groups[group].uses {
		f.reads = append(f.reads, &online.Read{Use: &f.plan.sel.Uses[u], Table: f.plan.tables[u], Keys: keys})
		f.uses, f.first = append(f.uses, u), append(f.first, f.count)
		f.count += len(keys)
	}
}

// fill makes the blocks of all misses and keeps those that may be kept. An error of the store leaves rows that say so.
// outdated reports that a row was written under newer definitions.
func (r *Rendering) fill(ctx context.Context, s *Server, p *plan) (outdated bool, err error) {
	f := &filling{plan: p}
	r.ofGroup(func(group, from, to int) {
		keys := make([][]byte, 0, to-from)
		for _, m := range r.misses[from:to] {
			keys = append(keys, m.key)
		}
		f.add(group, keys)
	})
	r.sections, r.filled = resized(r.sections, f.count), r.filled[:0]
	err = s.store.Each(ctx, f.reads, func(read, key int, row *online.RowInfo, cells []value.Value) {
		at := len(r.filled)
		r.filled = r.shape.uses[f.uses[read]].appendSection(r.filled, r.shape.form, row, cells)
		r.sections[f.first[read]+key] = section{at, len(r.filled)}
	})
	read := 0
	r.ofGroup(func(group, from, to int) {
		for i := from; i < to; i++ {
			r.makeBlock(s, f, read, i-from, &r.misses[i])
		}
		read += len(p.groups[group].uses)
	})
	for g := range p.groups {
		for i, m := range r.missOf[g*r.Rows : (g+1)*r.Rows] {
			if m >= 0 {
				r.place(&p.groups[g], i, r.misses[m].block)
			}
		}
	}
	r.pad()
	if cap(r.filled) > keptBytesMax {
		r.filled = nil
	}
	return newerRows(f.reads), err
}

// ofGroup calls do with the range of misses of each group that has any.
func (r *Rendering) ofGroup(do func(group, from, to int)) {
	for from, to := 0, 0; from < len(r.misses); from = to {
		group := r.misses[from].group
		for to = from; to < len(r.misses) && r.misses[to].group == group; to++ {
		}
		do(group, from, to)
	}
}

// makeBlock appends the block of a miss, which is key number key of the reads of its group from number read on.
func (r *Rendering) makeBlock(s *Server, f *filling, read, key int, m *miss) {
	uses := f.plan.groups[m.group].uses
	m.block = len(r.bytes)
	r.bytes = append(r.bytes, make([]byte, lengthBytes*len(uses))...)
	for n := range uses {
		at := len(r.bytes)
		if err := f.reads[read+n].Err; err != nil {
			r.bytes = failedSection(r.bytes, err)
			m.kept = false
		} else {
			from := r.sections[f.first[read+n]+key]
			r.bytes = append(r.bytes, r.filled[from.from:from.to]...)
		}
		le.PutUint32(r.bytes[m.block+lengthBytes*n:], uint32(len(r.bytes)-at))
	}
	if m.kept {
		k := blockcache.Key{Hash: m.hash, Kind: r.shape.kind + uint64(m.group), Text: m.key}
		s.cache.Put(&k, m.stamp, r.bytes[m.block:])
	}
}
