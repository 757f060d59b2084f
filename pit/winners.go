package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// winners are the result of Newest.
type winners struct {
	*reduction
	types   []value.Type
	workers int
	wins    []win    // in order of encoded key
	keys    []byte   // encoded keys, in no order
	ends    []uint64 // key j is keys[ends[j]:ends[j+1]]
	ties    *ties
	deleted *value.Column // per winner; nil without deletes
	counted []uint64      // bitmap of the winners whose ambiguity was counted
	report  Report
}

type win struct {
	event   eventtime.Instant
	created eventtime.Instant
	best    ref
	key     uint32 // its number
}

func (w *winners) Len() int                        { return len(w.wins) }
func (w *winners) Key(i int) []byte                { return w.key(w.wins[i].key) }
func (w *winners) Event(i int) eventtime.Instant   { return w.wins[i].event }
func (w *winners) Created(i int) eventtime.Instant { return w.wins[i].created }
func (w *winners) Deleted(i int) bool              { return truth(w.deleted, i) }

func (w *winners) Report() Report {
	r := w.report
	r.Ambiguous = slices.Clone(r.Ambiguous)
	return r
}

func (w *winners) key(j uint32) []byte { return w.keys[w.ends[j]:w.ends[j+1]:w.ends[j+1]] }

// collect takes the winners out of the table, encodes their keys and sorts them.
func (w *winners) collect(ctx context.Context, from *reducer) error {
	n := from.n
	w.ends = append(make([]uint64, 0, n+1), 0)
	encode := w.encoder()
	var err error
	for i := range n {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if w.keys, err = encode(w.keys, from.at(i).code, from.textOf(i)); err != nil {
			return err
		}
		if i == 0 {
			w.keys = slices.Grow(w.keys, (n-1)*len(w.keys)) // keys tend to be of one length
		}
		w.ends = append(w.ends, uint64(len(w.keys)))
	}
	order, err := w.order(ctx, n)
	if err != nil {
		return err
	}
	w.wins = make([]win, n)
	for i, k := range order {
		e := from.at(int(k.at))
		w.wins[i] = win{e.event, e.created, e.best, k.at}
	}
	w.counted = make([]uint64, (n+63)/64)
	return ctx.Err()
}

// encoder returns a function that appends the encoded key of an entry.
func (w *winners) encoder() func(dst []byte, code uint64, text string) ([]byte, error) {
	if w.form == bytesKey {
		return func(dst []byte, _ uint64, text string) ([]byte, error) { return append(dst, text...), nil }
	}
	if w.form == noKey {
		return func(dst []byte, _ uint64, _ string) ([]byte, error) { return value.AppendKey(dst, nil) }
	}
	col := &value.Column{Type: w.kinds[0]}
	col.Resize(1)
	cols := []*value.Column{col}
	return func(dst []byte, code uint64, text string) ([]byte, error) {
		if w.form == intKey {
			col.Ints[0] = int64(code)
		} else {
			col.Texts[0] = text
		}
		return value.AppendKeyRow(dst, cols, 0)
	}
}

// readDeleted reads which winners are deletes, if the table has any.
func (w *winners) readDeleted(ctx context.Context) error {
	if w.plan.Layout.Deleted == "" {
		return nil
	}
	cols, err := w.gather(ctx, []string{w.plan.Layout.Deleted}, []value.Type{value.Scalar(value.Bool)},
		func(i int) int64 { return w.wins[i].best.position() }, len(w.wins))
	if err != nil {
		return err
	}
	w.deleted = cols[0]
	return nil
}

// gather reads columns of the rows at n positions.
func (w *winners) gather(ctx context.Context, names []string, types []value.Type, at func(i int) int64, n int) ([]*value.Column, error) {
	t := newTarget(w.start, blankColumns(n, types, nil), n, at)
	g := &gathering{parts: w.parts, columns: names, workers: w.workers, done: func(int) {}}
	return t.dst, g.run(ctx, t)
}

func (w *winners) Load(ctx context.Context, lo, hi int) ([]*value.Column, error) {
	if lo < 0 || hi < lo || hi > len(w.wins) {
		return nil, errs.New(errs.Internal, "winners %d to %d of %d cannot be loaded", lo, hi, len(w.wins))
	}
	columns, cells, err := w.load(ctx, hi-lo, func(i int) int { return lo + i })
	for _, c := range cells {
		w.report.Ambiguous[c.column]++
	}
	return columns, err
}

// refuse returns an error if any winner is ambiguous.
func (w *winners) refuse(ctx context.Context) error {
	var tied []int
	for i := range w.wins {
		if w.wins[i].best.tied() {
			tied = append(tied, i)
		}
	}
	_, cells, err := w.load(ctx, len(tied), func(i int) int { return tied[i] })
	if err != nil || len(cells) == 0 {
		return err
	}
	return tiesError(w.plan.Name, cells, int64(len(cells)))
}

// load returns the features of n winners, of which at tells the numbers, and those of their cells that are ambiguous and
// were not returned by an earlier call.
func (w *winners) load(ctx context.Context, n int, at func(i int) int) ([]*value.Column, []tiedCell, error) {
	knots, others := w.knots(n, at)
	answers := newTarget(w.start, blankColumns(n, w.types, nil), n, func(i int) int64 { return w.wins[at(i)].best.position() })
	tied := newTarget(w.start, blankColumns(len(others), w.types, nil), len(others), func(i int) int64 { return others[i] })
	g := &gathering{parts: w.parts, columns: w.plan.Layout.Features, workers: w.workers, done: func(int) {}}
	if err := g.run(ctx, answers, tied); err != nil {
		return nil, nil, err
	}
	if len(knots) == 0 {
		return answers.dst, nil, nil
	}
	check := &tieCheck{answers: answers.dst, others: tied.dst}
	if w.deleted != nil {
		cols, err := w.gather(ctx, []string{w.plan.Layout.Deleted}, []value.Type{w.deleted.Type}, func(i int) int64 { return others[i] }, len(others))
		if err != nil {
			return nil, nil, err
		}
		check.othersDeleted = cols[0]
		check.answersDeleted = value.NewColumn(w.deleted.Type, n)
		for i := range n {
			check.answersDeleted.Append(w.deleted.At(at(i)))
		}
	}
	var cells []tiedCell
	for _, k := range knots {
		out := int(k.rows[0])
		best := w.wins[at(out)].best.position()
		for f, other := range check.differing(out, k.from, k.to) {
			if other >= 0 {
				cells = append(cells, tiedCell{-1, f, w.plan.Layout.Features[f], best, others[other]})
			}
		}
		w.counted[at(out)>>6] |= 1 << (at(out) & 63)
	}
	return answers.dst, cells, nil
}

// knots returns the tied ones of n winners that were not counted yet, and the positions tied with them.
func (w *winners) knots(n int, at func(i int) int) (out []knot, others []int64) {
	for i := range n {
		j := at(i)
		if best := w.wins[j].best; best.tied() && w.counted[j>>6]&(1<<(j&63)) == 0 {
			from := len(others)
			others = append(others, w.ties.others[best.position()]...)
			slices.Sort(others[from:])
			out = append(out, knot{rows: []uint32{uint32(i)}, from: from, to: len(others)})
		}
	}
	return out, others
}
