package redisonline

import (
	"context"

	"github.com/redis/rueidis"

	"github.com/truepoint/truepoint/online"
)

// A pipeline writes one part of a batch.
type pipeline struct {
	*writer
	cells      []online.Cell
	keys, rows []string // of cells; a copy, because a client that gave up may be busy with them still
	result     online.PutResult
	entering   string // the table, if each script enters it on its way; "": it is entered already
	written    []bool // which of cells some attempt has written; nil: nobody asks
}

func (w *writer) pipeline(cells []online.Cell) *pipeline {
	size := 0
	for i := range cells {
		size += len(w.head) + len(cells[i].Key) + len(cells[i].Row)
	}
	p := &pipeline{writer: w, cells: cells, keys: make([]string, len(cells)), rows: make([]string, len(cells))}
	s := sheet{make([]byte, 0, size)}
	for i := range cells {
		p.keys[i] = s.add(w.head, cells[i].Key)
		p.rows[i] = s.add(cells[i].Row, nil)
	}
	return p
}

// run writes all cells and counts. With an error it returns the cells that were not written for sure.
func (p *pipeline) run(ctx context.Context) (left []online.Cell, err error) {
	all := p.all()
	if p.known.Load() {
		failed, absent, err := p.greater(ctx, all)
		p.known.Store(absent*2 < len(all))
		return p.pick(failed), err
	}
	refused, failed, err := p.fresh(ctx, all)
	p.known.Store(len(refused)*2 > len(all))
	more, _, e := p.greater(ctx, refused)
	return p.pick(append(failed, more...)), worse(err, e)
}

// all returns the places of all cells.
func (p *pipeline) all() []int {
	all := make([]int, len(p.keys))
	for i := range all {
		all[i] = i
	}
	return all
}

func (p *pipeline) pick(at []int) []online.Cell {
	out := make([]online.Cell, len(at))
	for i, n := range at {
		out[i] = p.cells[n]
	}
	return out
}

// fresh writes the cells whose keys are not there, and returns those that are.
func (p *pipeline) fresh(ctx context.Context, at []int) (refused, left []int, err error) {
	commands := make(rueidis.Commands, len(at))
	for i, n := range at {
		set := p.client.B().Set().Key(p.keys[n]).Value(p.rows[n]).Nx()
		if s := p.lives[tombstone(p.rows[n])]; s > 0 {
			commands[i] = set.ExSeconds(s).Build().ToPipe()
		} else {
			commands[i] = set.Build().ToPipe()
		}
	}
	for i, r := range p.client.DoMulti(ctx, commands...) {
		switch e := r.Error(); {
		case e == nil:
			p.result.Written++
		case rueidis.IsRedisNil(e):
			refused = append(refused, at[i])
		default:
			left, err = append(left, at[i]), worse(err, e)
		}
	}
	return refused, left, err
}

// tombstone returns 1 for a row that is one, else 0.
func tombstone(row string) int { return int(row[1] & 1) }

// worse returns the error that decides about a repetition: one that leaves open what was executed, if there is one.
func worse(a, b error) error {
	if a == nil || b != nil && !lost(a) && lost(b) {
		return b
	}
	return a
}

// greater hands cells to the script and returns how many keys were not there before.
func (p *pipeline) greater(ctx context.Context, at []int) (left []int, absent int, err error) {
	sum, left, err := p.hand(ctx, &putScript, p.keep[:], at)
	p.result.Written += sum.counts[0]
	p.result.Superseded += sum.cells - sum.counts[0]
	return left, int(sum.counts[1]), err
}

// hand hands cells to a script, with arguments before their rows. In a Cluster each cell is a command of its own, because
// keys of one command must lie in one slot. With an error it returns the cells for which the script did not run for sure.
func (p *pipeline) hand(ctx context.Context, s *script, args []string, at []int) (sum handed, left []int, err error) {
	if len(at) == 0 {
		return sum, nil, nil
	}
	call := scripted{p: p, script: s, args: args, entering: p.entering}
	unseen, left, err := call.run(ctx, p.groups(at))
	if len(unseen) > 0 {
		call.withText = true
		_, l, e := call.run(ctx, unseen)
		left, err = append(left, l...), worse(err, e)
	}
	return call.sum, left, err
}

// groups divides cells into those of one command each.
func (p *pipeline) groups(at []int) (out [][]int) {
	most := scriptCells
	if p.topology == Cluster {
		most = 1
	}
	from, size := 0, 0
	for i, n := range at {
		if i > from && (i-from == most || size+len(p.rows[n]) > scriptBytes) {
			out = append(out, at[from:i])
			from, size = i, 0
		}
		size += len(p.rows[n])
	}
	return append(out, at[from:])
}
