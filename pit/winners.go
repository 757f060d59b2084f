package pit

import (
	"bytes"
	"context"
	"encoding/binary"
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
	key     uint32 // its number in ends
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

// collect takes the winners out of the hash table, encodes their keys and sorts them.
func (w *winners) collect(ctx context.Context, from *reducer) error {
	w.wins = make([]win, 0, from.used)
	w.ends = append(make([]uint64, 0, from.used+1), 0)
	w.counted = make([]uint64, (from.used+63)/64)
	encode := w.encoder()
	var err error
	for i := range from.entries {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		e := &from.entries[i]
		if e.best == 0 {
			continue
		}
		text := ""
		if from.texts != nil {
			text = from.texts[i]
		}
		if w.keys, err = encode(w.keys, e.code, text); err != nil {
			return err
		}
		w.wins = append(w.wins, win{e.event, e.created, e.best, uint32(len(w.wins))})
		w.ends = append(w.ends, uint64(len(w.keys)))
	}
	return w.sort(ctx)
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

// A sortKey is the first eight bytes of an encoded key behind the beginning that all keys share, and the winner's number.
type sortKey struct {
	prefix uint64
	at     uint32
}

// sort orders the winners by encoded key: by the prefixes first, then, where those are equal, by the whole.
func (w *winners) sort(ctx context.Context) error {
	skip := w.shared()
	order := make([]sortKey, len(w.wins))
	var padded [8]byte
	for i := range order {
		rest := w.key(uint32(i))[skip:]
		if len(rest) < 8 {
			padded = [8]byte{}
			copy(padded[:], rest)
			rest = padded[:]
		}
		order[i] = sortKey{binary.BigEndian.Uint64(rest), uint32(i)}
	}
	order, err := radixSort(ctx, order)
	if err != nil {
		return err
	}
	for lo := 0; lo < len(order); {
		hi := lo + 1
		for hi < len(order) && order[hi].prefix == order[lo].prefix {
			hi++
		}
		if hi-lo > 1 {
			slices.SortFunc(order[lo:hi], func(a, b sortKey) int { return bytes.Compare(w.key(a.at), w.key(b.at)) })
		}
		lo = hi
	}
	sorted := make([]win, len(order))
	for i, s := range order {
		sorted[i] = w.wins[s.at]
	}
	w.wins = sorted
	return ctx.Err()
}

// shared returns the length of the longest beginning that all keys share.
func (w *winners) shared() int {
	if len(w.wins) == 0 {
		return 0
	}
	first := w.key(0)
	n := len(first)
	for i := range w.wins {
		k := w.key(uint32(i))
		n = min(n, len(k))
		for j := range n {
			if k[j] != first[j] {
				n = j
				break
			}
		}
	}
	return n
}

// radixSort sorts by prefix, byte by byte from the last, leaving out bytes that are the same in all. It is stable.
func radixSort(ctx context.Context, keys []sortKey) ([]sortKey, error) {
	to := make([]sortKey, len(keys))
	for shift := 0; shift < 64; shift += 8 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var ends [257]int
		for _, k := range keys {
			ends[k.prefix>>shift&0xFF+1]++
		}
		if slices.Contains(ends[1:], len(keys)) {
			continue
		}
		for i := range 256 {
			ends[i+1] += ends[i]
		}
		for _, k := range keys {
			b := k.prefix >> shift & 0xFF
			to[ends[b]] = k
			ends[b]++
		}
		keys, to = to, keys
	}
	return keys, nil
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
