package pit

import (
	"cmp"
	"context"
	"slices"

	"github.com/truepoint/truepoint/value"
)

// An answer turns the best row of every slot into the result of a view: it judges them, reads their payload and counts
// ambiguous cells.
type answer struct {
	*scanWorker
	plan    *Plan
	types   []value.Type
	workers int
	knots   []knot
	out     *ViewResult
}

// A knot is a best row that is tied with others and answers to at least one slot.
type knot struct {
	rows     []uint32 // the spine rows that it answers to
	from, to int      // the places of the rows tied with it in the list of all others
}

func (a *answer) build(ctx context.Context) (*ViewResult, error) {
	a.out = a.plan.newViewResult(nil)
	a.out.Report = a.report
	a.out.Report.Ambiguous = make([]int64, len(a.types))
	for i := range a.slots {
		if s := &a.slots[i]; s.best != 0 {
			row := a.index.rows[i]
			a.out.Event[row], a.out.Row[row] = s.event, s.best.position()
			if a.out.Created != nil {
				a.out.Created[row] = s.created
			}
		}
	}
	others := a.tie()
	check := &tieCheck{}
	if err := a.deletes(ctx, others, check); err != nil {
		return nil, err
	}
	a.out.Columns = blankColumns(len(a.out.Status), a.types, a.judge(check.answersDeleted))
	check.answers, check.others = a.out.Columns, blankColumns(len(others), a.types, nil)
	a.slots, a.ranks = nil, nil // their memory is wanted for the payload
	rows := newTarget(a.start, a.out.Columns, len(a.out.Row), func(i int) int64 {
		if a.out.Status[i] != value.Present {
			return -1
		}
		return a.out.Row[i]
	})
	tied := newTarget(a.start, check.others, len(others), func(i int) int64 { return others[i] })
	g := &gathering{parts: a.parts, columns: a.view.Layout.Features, workers: a.workers, done: a.meter.add, spare: a.spare}
	if err := g.run(ctx, rows, tied); err != nil {
		return nil, err
	}
	if err := a.count(check, others); err != nil {
		return nil, err
	}
	return a.out, nil
}

// tie finds the knots and returns the positions of the rows tied with them. Rows too old to answer make none.
func (a *answer) tie() (others []int64) {
	byRef := map[ref]int{}
	for i := range a.slots {
		s := &a.slots[i]
		if !s.best.tied() || Judge(s.event, s.event, a.index.asOf[i], a.view.TTL, false) != value.Present {
			continue
		}
		row := a.index.rows[i]
		at, known := byRef[s.best]
		if !known {
			at = len(a.knots)
			byRef[s.best] = at
			from := len(others)
			others = append(others, a.ties.others[s.best.position()]...)
			slices.Sort(others[from:])
			a.knots = append(a.knots, knot{from: from, to: len(others)})
		}
		a.knots[at].rows = append(a.knots[at].rows, row)
	}
	return others
}

// deletes reads which of the answering rows and of the others are deletes, if the view has any.
func (a *answer) deletes(ctx context.Context, others []int64, check *tieCheck) error {
	if a.view.Layout.Deleted == "" {
		return nil
	}
	types := []value.Type{value.Scalar(value.Bool)}
	rows := newTarget(a.start, blankColumns(len(a.out.Row), types, nil), len(a.out.Row), func(i int) int64 { return a.out.Row[i] })
	tied := newTarget(a.start, blankColumns(len(others), types, nil), len(others), func(i int) int64 { return others[i] })
	g := &gathering{parts: a.parts, columns: []string{a.view.Layout.Deleted}, workers: a.workers, done: func(int) {}}
	if err := g.run(ctx, rows, tied); err != nil {
		return err
	}
	check.answersDeleted, check.othersDeleted = rows.dst[0], tied.dst[0]
	return nil
}

// judge sets the status of every spine row, given which of the answering rows are deletes (nil: none), and returns the
// bitmap of those rows that are not Present.
func (a *answer) judge(deleted *value.Column) []uint64 {
	nulls := make([]uint64, (len(a.out.Status)+63)/64)
	for i := range nulls {
		nulls[i] = ^uint64(0)
	}
	for i := range a.slots {
		s, row := &a.slots[i], a.index.rows[i]
		if s.best == 0 {
			continue
		}
		st := Judge(s.event, s.event, a.index.asOf[i], a.view.TTL, truth(deleted, int(row)))
		a.out.Status[row] = st
		if st == value.Present {
			nulls[row>>6] &^= 1 << (row & 63)
		}
	}
	return nulls
}

// count counts the ambiguous cells in the report, or refuses them.
func (a *answer) count(check *tieCheck, others []int64) error {
	var cells []tiedCell
	names := a.view.Layout.Features
	for _, k := range a.knots {
		first := int(k.rows[0])
		for f, other := range check.differing(first, k.from, k.to) {
			if other < 0 {
				continue
			}
			a.out.Report.Ambiguous[f] += int64(len(k.rows))
			for _, row := range k.rows {
				if a.view.TiesError {
					cells = append(cells, tiedCell{int(row), f, names[f], a.out.Row[row], others[other]})
				}
			}
		}
	}
	if len(cells) == 0 {
		return nil
	}
	slices.SortStableFunc(cells, func(x, y tiedCell) int { return cmp.Compare(x.row, y.row) })
	return tiesError(a.view.Name, cells, sum(a.out.Report.Ambiguous))
}
