package pit_test

import (
	"context"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// A sharedTable is a table of two parts whose deciding columns are read only when both are asked for, so that two workers
// have one part each, on any machine.
type sharedTable struct{ parts []pit.Part }

func (s sharedTable) Parts() []pit.Part { return s.parts }

type sharedPart struct {
	pit.Part
	both *sync.WaitGroup
}

func (p sharedPart) Read(ctx context.Context, names []string, dst []*value.Column) error {
	if len(names) > 1 { // key and time, not the type of the key alone, nor the payload
		p.both.Done()
		p.both.Wait()
	}
	return p.Part.Read(ctx, names, dst)
}

func share(t pit.Table) pit.Table {
	both := &sync.WaitGroup{}
	both.Add(2)
	var s sharedTable
	for _, p := range t.Parts() {
		s.parts = append(s.parts, sharedPart{p, both})
	}
	return s
}

// shared has a key whose newest row is in the first part, one with it in the second, one with a tie over both, and two
// with rows in one part only.
const shared = `case shared
view v key=k field=f
rows v
  k  event     created   f
  a  00:00:05  00:00:05  1
  b  00:00:03  00:00:05  2
  c  00:00:03  00:00:05  3
  d  00:00:03  00:00:05  4
rows v
  k  event     created   f
  a  00:00:04  00:00:05  5
  b  00:00:03  00:00:06  6
  c  00:00:03  00:00:05  7
  e  00:00:03  00:00:05  8
ask
  k  at
  a  00:00:09
  b  00:00:09
  c  00:00:09
  d  00:00:09
  e  00:00:09
----
  a  00:00:09  1
  b  00:00:09  6
  c  00:00:09  7
  d  00:00:09  4
  e  00:00:09  8
ambiguous 1
`

func TestPartsSharedOutToWorkersGiveTheAnswersOfOne(t *testing.T) {
	t.Parallel()
	cases, err := pittest.Parse("shared", shared)
	if err != nil {
		t.Fatal(err)
	}
	two := &pit.EvalOptions{Workers: 2}
	plan := cases[0].Plan()
	want, err := pit.Naive(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	plan.Views[0].Table = share(plan.Views[0].Table)
	got, err := pit.Eval(t.Context(), plan, two)
	if err != nil {
		t.Fatal(err)
	}
	if err := pittest.SameResults(got, want); err != nil {
		t.Error(err)
	}

	v := cases[0].Views[0].Scan()
	newest := &pit.NewestPlan{Name: v.Name, Table: v.Table, Layout: v.Layout, Availability: v.Availability}
	newest.Select = pit.Selection{
		Interval:    eventtime.Interval{Start: eventtime.Min, End: eventtime.Max},
		AvailableBy: eventtime.Max, CreatedAfter: eventtime.None, AvailableAfter: eventtime.None,
	}
	wantWinners, err := pit.NaiveNewest(t.Context(), newest)
	if err != nil {
		t.Fatal(err)
	}
	newest.Table = share(newest.Table)
	gotWinners, err := pit.Newest(t.Context(), newest, two)
	if err != nil {
		t.Fatal(err)
	}
	if err := pittest.SameWinners(t.Context(), gotWinners, wantWinners, 5); err != nil {
		t.Error(err)
	}
}
