package serving

import (
	"context"

	"github.com/truepoint/truepoint/online"
)

// A filling reads the keys of all misses with one call of the store and makes blocks of what it finds.
type filling struct {
	server *Server
	plan   *plan
}

// fill makes the blocks of all misses and keeps those that may be kept. An error of the store leaves rows that say so.
// outdated reports that a row was written under newer definitions.
func (r *Rendering) fill(ctx context.Context, s *Server, p *plan) (outdated bool, err error) {
	f := &filling{server: s, plan: p}
	r.room.Clear()
	r.ask(p)
	defer r.forget()
	err = s.store.Fetch(ctx, r.reads)
	read := 0
	r.ofGroup(func(group, from, to int) {
		of := r.reads[read : read+len(p.groups[group].uses)]
		for i := from; i < to; i++ {
			if (i-from)%aheadMax == 0 {
				r.expect(s, byRows, r.misses[i:min(i+aheadMax, to)])
			}
			r.makeBlock(f, &missed{&r.misses[i], of, i - from})
		}
		read += len(of)
	})
	for g := range p.groups {
		for i, m := range r.missOf[g*r.Rows : (g+1)*r.Rows] {
			if m >= 0 {
				r.place(&p.groups[g], i, r.misses[m].block)
			}
		}
	}
	r.pad()
	for _, read := range r.reads {
		if err == nil {
			err = read.Err
		}
	}
	return newerRows(r.reads), err
}

// ask fills reads, per group with misses and use of it.
func (r *Rendering) ask(p *plan) {
	r.asked, r.reads = r.asked[:0], r.reads[:0]
	for i := range r.misses {
		r.asked = append(r.asked, r.misses[i].key)
	}
	r.ofGroup(func(group, from, to int) {
		for _, u := range p.groups[group].uses {
			n := len(r.reads)
			if n == len(r.kept) {
				r.kept = append(r.kept, &online.Read{})
			}
			read := r.kept[n]
			r.reads = r.kept[:n+1]
			read.Use, read.Table, read.Keys, read.Room = &p.sel.Uses[u], p.tables[u], r.asked[from:to:to], &r.room
		}
	})
}

// forget lets go of what was read.
func (r *Rendering) forget() {
	for _, read := range r.reads {
		read.Forget()
	}
	clear(r.asked)
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

// A missed is a miss and what was read for it: its rows are number at of the reads of its group.
type missed struct {
	*miss
	reads []*online.Read
	at    int
}

// makeBlock appends the block of a miss. Sections that were kept of the same rows are not made again.
func (r *Rendering) makeBlock(f *filling, m *missed) {
	kept, whole := r.keptBlock(f.server, m)
	if whole {
		m.block = kept
		return
	}
	m.block = len(r.bytes)
	r.bytes = append(r.bytes, make([]byte, lengthBytes*len(m.reads))...)
	failed := false
	for n, u := range f.plan.groups[m.group].uses {
		at := len(r.bytes)
		switch from := r.same[n]; {
		case m.reads[n].Err == nil && from >= 0:
			r.bytes = append(r.bytes, r.bytes[from:from+sectionBytes(r.bytes[kept:], n)]...)
		case !r.makeSection(u, m, n):
			failed = true
			r.bytes = failedSection(r.bytes, m.reads[n].Err)
		}
		le.PutUint32(r.bytes[m.block+lengthBytes*n:], uint32(len(r.bytes)-at))
	}
	if failed || m.how == notKept {
		return
	}
	if m.how == byRows {
		r.appendRows(m)
	}
	k := m.keyOf(r.shape)
	f.server.cache.Put(&k, m.stamp, r.bytes[m.block:])
}

// makeSection appends the section of the row that was read for use u, which is that of read n. It appends nothing and returns
// false if rows of that read cannot be understood.
func (r *Rendering) makeSection(u int, m *missed, n int) bool {
	if m.reads[n].Err != nil {
		return false
	}
	cells, err := m.reads[n].Unpack(m.at, &r.row)
	if err == nil {
		r.bytes = r.shape.uses[u].appendSection(r.bytes, r.shape.form, &r.row, cells)
	}
	return err == nil
}
