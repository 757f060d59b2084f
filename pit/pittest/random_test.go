package pittest_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// rounds multiplies the number of random cases; one round has 100 unless -rapid.checks says otherwise.
const rounds = 5

func TestEvalIsNaiveOnRandomData(t *testing.T) {
	t.Parallel()
	var seen coverage
	check(t, func(t *rapid.T) {
		c := pittest.Random(t)
		if err := sameAsNaive(c, rapid.IntRange(1, 4).Draw(t, "workers"), &seen); err != nil {
			t.Fatal(err)
		}
	})
	if err := seen.Check(); err != nil && !t.Failed() {
		t.Errorf("the random cases were too easy: %v (%+v)", err, seen)
	}
	t.Logf("%+v", seen)
}

// A coverage is what the cases of a property contained.
type coverage struct {
	pittest.Coverage
	Ties pittest.TieCoverage
}

func (c *coverage) Add(random *pittest.Case, answer *pit.Result) {
	c.Coverage.Add(random, answer)
	c.Ties.Add(random, answer)
}

func (c *coverage) Check() error { return cmp.Or(c.Coverage.Check(), c.Ties.Check()) }

// sameAsNaive compares Eval with Naive on c, errors too, and notes what c contained.
func sameAsNaive(c *pittest.Case, workers int, seen *coverage) error {
	want, wantErr := pit.Naive(context.Background(), c.Plan())
	got, err := pit.Eval(context.Background(), c.Plan(), &pit.EvalOptions{Workers: workers})
	if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
		return fmt.Errorf("got error %v, want %v", err, wantErr)
	}
	if err != nil {
		return nil
	}
	seen.Add(c, want)
	return pittest.SameResults(got, want)
}

func TestNewestIsNaiveNewestOnRandomData(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		c := pittest.Random(t)
		p := newestPlan(t, c, c.Views[0])
		want, wantErr := pit.NaiveNewest(context.Background(), p)
		got, err := pit.Newest(context.Background(), p, &pit.EvalOptions{Workers: rapid.IntRange(1, 4).Draw(t, "workers")})
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("got error %v, want %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if err := pittest.SameWinners(context.Background(), got, want, rapid.IntRange(1, 5).Draw(t, "step")); err != nil {
			t.Fatal(err)
		}
	})
}

// newestPlan draws a selection for the history of a view.
func newestPlan(t *rapid.T, c *pittest.Case, v *pittest.View) *pit.NewestPlan {
	pick := func(label string) eventtime.Instant {
		if len(c.Spine.AsOf) == 0 {
			return eventtime.None
		}
		return rapid.SampledFrom(append(slices.Clone(c.Spine.AsOf), eventtime.None)).Draw(t, label)
	}
	s := v.Scan()
	p := &pit.NewestPlan{Name: v.Name, Table: s.Table, Layout: s.Layout, Availability: s.Availability, TiesError: s.TiesError}
	p.Select.CreatedAfter, p.Select.AvailableAfter = pick("created after"), pick("available after")
	p.Select.Interval = eventtime.Interval{Start: pick("start"), End: max(pick("end"), pick("end too"))}
	p.Select.AvailableBy = max(p.Select.Interval.End, pick("available by"))
	if p.Select.Interval.End == eventtime.None {
		p.Select.Interval.End, p.Select.AvailableBy = eventtime.Max, eventtime.Max
	}
	return p
}

func TestMaterializeThenReadIsTheJoinOnRandomData(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		c := pittest.Random(t)
		c.Known, c.OnNull, c.Created = pit.KnownNow, true, true
		for _, v := range c.Views {
			v.TiesError = false
		}
		want, err := pit.Eval(context.Background(), c.Plan(), nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := pittest.MaterializeThenRead(context.Background(), c, fast)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want.Views {
			w := &want.Views[i]
			for j := range w.Row { // a store does not know where its rows were
				w.Row[j] = -1
			}
			if len(w.Row) == 0 { // nothing was materialized for nobody
				got.Views[i].Report = w.Report
			}
		}
		if err := pittest.SameResults(got, want); err != nil {
			t.Fatal(err)
		}
	})
}

func check(t *testing.T, property func(t *rapid.T)) {
	t.Helper()
	for range rounds {
		if !t.Failed() {
			rapid.Check(t, property)
		}
	}
}

func fast(ctx context.Context, p *pit.NewestPlan) (pit.Winners, error) {
	return pit.Newest(ctx, p, nil)
}

func TestOrderSplitAndRepetitionOfPartsDoNotMatter(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		c := pittest.Random(t)
		for _, v := range c.Views {
			v.TiesError = false
		}
		c.OnNull = true
		before, err := pit.Eval(context.Background(), c.Plan(), nil)
		if err != nil {
			t.Fatal(err)
		}
		ambiguous := ambiguousCells(t, c, before)
		for _, v := range c.Views {
			shuffleParts(t, v)
		}
		after, err := pit.Eval(context.Background(), c.Plan(), &pit.EvalOptions{Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		for i := range before.Views {
			b, a := &before.Views[i], &after.Views[i]
			for row := range b.Status {
				for f := range b.Columns {
					if ambiguous[i][f][row] {
						continue
					}
					if b.Status[row] != a.Status[row] || b.Event[row] != a.Event[row] || b.Created != nil && b.Created[row] != a.Created[row] ||
						!b.Columns[f].At(row).Identical(a.Columns[f].At(row)) {
						t.Fatalf("view %d, row %d, feature %d: %v %s became %v %s", i, row, f,
							b.Status[row], pittest.Text(b.Columns[f].At(row)), a.Status[row], pittest.Text(a.Columns[f].At(row)))
					}
				}
			}
		}
	})
}

// ambiguousCells returns which cells are ambiguous by view, feature and row: it asks for each row alone.
func ambiguousCells(t *rapid.T, c *pittest.Case, all *pit.Result) [][][]bool {
	out := make([][][]bool, len(c.Views))
	for i, v := range c.Views {
		out[i] = make([][]bool, len(v.Layout.Features))
		for f := range out[i] {
			out[i][f] = make([]bool, len(c.Spine.AsOf))
		}
	}
	for row := range c.Spine.AsOf {
		one := c.Plan()
		one.Spine = pit.Spine{Columns: &value.Batch{}, AsOf: c.Spine.AsOf[row : row+1]}
		for j, name := range c.Spine.Columns.Names {
			col := value.NewColumn(c.Spine.Columns.Columns[j].Type, 1)
			col.Append(c.Spine.Columns.Columns[j].At(row))
			one.Spine.Columns.Add(name, col)
		}
		one.Spine.Columns.Rows = 1
		r, err := pit.Naive(context.Background(), one)
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.Views {
			for f, n := range r.Views[i].Report.Ambiguous {
				out[i][f][row] = n > 0
			}
		}
	}
	return out
}

// shuffleParts cuts the parts of v into single rows, repeats some and puts all into another order.
func shuffleParts(t *rapid.T, v *pittest.View) {
	var single []*value.Batch
	for _, b := range v.Parts {
		for i := range b.Rows {
			one := &value.Batch{}
			for j, name := range b.Names {
				col := value.NewColumn(b.Columns[j].Type, 1)
				col.Append(b.Columns[j].At(i))
				one.Add(name, col)
			}
			single = append(single, one)
			if rapid.IntRange(0, 9).Draw(t, "repeat") == 0 {
				single = append(single, one)
			}
		}
	}
	v.Parts = nil
	if len(single) > 0 {
		v.Parts = rapid.Permutation(single).Draw(t, "order")
	}
}
