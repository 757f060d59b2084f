package pittest_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

func TestEvalWindowsIsNaiveWindowsOnRandomData(t *testing.T) {
	t.Parallel()
	var seen pittest.WindowCoverage
	spilled := 0
	check(t, func(t *rapid.T) {
		c := pittest.RandomWindows(t)
		opt := &pit.EvalOptions{Workers: rapid.IntRange(1, 4).Draw(t, "workers")}
		var spills memSpills
		if rapid.Bool().Draw(t, "spill") {
			opt.Spill, opt.KeptMax = spills.open, rapid.Int64Range(1, 1000).Draw(t, "kept")
		}
		if err := sameAsNaiveWindows(c, opt, &seen); err != nil {
			t.Fatal(err)
		}
		for _, s := range spills {
			spilled += s.records
			if !s.closed {
				t.Fatal("a spill was not closed")
			}
		}
	})
	if err := seen.Check(); err != nil && !t.Failed() {
		t.Errorf("the random cases were too easy: %v (%+v)", err, seen)
	}
	if spilled == 0 {
		t.Error("nothing was spilled: the cases are too easy")
	}
	t.Logf("%+v, %d records spilled", seen, spilled)
}

// sameAsNaiveWindows compares EvalWindows with NaiveWindows on c, errors too, and notes what c contained.
func sameAsNaiveWindows(c *pittest.Case, opt *pit.EvalOptions, seen *pittest.WindowCoverage) error {
	want, wantErr := pit.NaiveWindows(context.Background(), c.Plan())
	got, err := pit.EvalWindows(context.Background(), c.Plan(), opt)
	if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
		return fmt.Errorf("got error %v, want %v", err, wantErr)
	}
	if err != nil {
		return nil
	}
	seen.Add(c, want)
	return pittest.SameWindows(got, want)
}

// memSpills are the spills of one evaluation, in memory.
type memSpills []*memSpill

func (m *memSpills) open(context.Context) (pit.Spill, error) {
	s := &memSpill{shares: map[int][][]byte{}}
	*m = append(*m, s)
	return s, nil
}

type memSpill struct {
	mu      sync.Mutex // guards the members below
	shares  map[int][][]byte
	records int
	closed  bool
}

func (s *memSpill) Append(_ context.Context, share int, record []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shares[share] = append(s.shares[share], slices.Clone(record))
	s.records++
	return nil
}

func (s *memSpill) Records(_ context.Context, share int, each func(record []byte) error) error {
	s.mu.Lock()
	records := s.shares[share]
	s.mu.Unlock()
	for _, r := range slices.Backward(records) {
		if err := each(r); err != nil {
			return err
		}
		clear(r)
	}
	return nil
}

func (s *memSpill) Close() error {
	s.closed = true
	return nil
}

// TestOrderAndSplitOfPartsDoNotMatterForWindows cuts histories into single rows in another order. Rows that nothing but
// their position tells apart keep their order: for first and last, last N and repetitions it decides.
func TestOrderAndSplitOfPartsDoNotMatterForWindows(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		c := pittest.RandomWindows(t)
		before, wantErr := pit.EvalWindows(context.Background(), c.Plan(), nil)
		for _, v := range c.Views {
			resplit(t, v)
		}
		after, err := pit.EvalWindows(context.Background(), c.Plan(), &pit.EvalOptions{Workers: 2})
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("got error %v, want %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if err := pittest.SameWindows(after, before); err != nil {
			t.Fatal(err)
		}
	})
}

// resplit makes every row of v a part of its own and shuffles them, but for rows that are equal in what orders them.
func resplit(t *rapid.T, v *pittest.View) {
	var single []*value.Batch
	for _, b := range v.Parts {
		for i := range b.Rows {
			one := &value.Batch{}
			for j, name := range b.Names {
				one.Add(name, b.Columns[j].Slice(i, i+1))
			}
			single = append(single, one)
		}
	}
	order := map[*value.Batch]string{}
	for _, b := range single {
		text := ""
		for _, name := range append([]string{v.Layout.Created}, v.Layout.Keys...) { // positions decide between equal created times, of one id too
			if name != "" {
				text += pittest.Text(b.Column(name).At(0)) + " "
			}
		}
		order[b] = text
	}
	shuffled := rapid.Permutation(single).Draw(t, "order")
	position := map[*value.Batch]int{}
	for i, b := range single {
		position[b] = i
	}
	groups := map[string][]*value.Batch{}
	for _, b := range shuffled {
		groups[order[b]] = append(groups[order[b]], b)
	}
	for _, g := range groups {
		slices.SortFunc(g, func(a, b *value.Batch) int { return position[a] - position[b] })
	}
	for i, b := range shuffled {
		g := groups[order[b]]
		shuffled[i], groups[order[b]] = g[0], g[1:]
	}
	v.Parts = shuffled
}

// windowsPlan returns the plan of a snapshot of v.
func windowsPlan(v *pittest.View, end, previous eventtime.Instant) *pit.WindowsPlan {
	return &pit.WindowsPlan{Scan: v.WindowScan(), End: end, Previous: previous}
}

// snapshots draws a case whose first view has snapshots.
func snapshots(t *rapid.T) (*pittest.Case, *pittest.View) {
	c := pittest.RandomWindows(t)
	v := c.Views[0]
	c.Views, c.Known, c.OnNull = c.Views[:1], pit.KnownNow, true
	if v.Windows.Refresh == 0 {
		v.Windows.Refresh = eventtime.Duration(rapid.Int64Range(1, 5).Draw(t, "every"))
	}
	return c, v
}

func TestNewestWindowsIsNaiveNewestWindowsOnRandomData(t *testing.T) {
	t.Parallel()
	some, emptied := 0, 0
	check(t, func(t *rapid.T) {
		c, v := snapshots(t)
		ends := append(slices.Clone(c.Spine.AsOf), eventtime.Max, eventtime.Min)
		p := windowsPlan(v, rapid.SampledFrom(ends).Draw(t, "end"), rapid.SampledFrom(append(ends, eventtime.None)).Draw(t, "previous"))
		want, wantErr := pit.NaiveNewestWindows(context.Background(), p)
		got, err := pit.NewestWindows(context.Background(), p, &pit.EvalOptions{Workers: rapid.IntRange(1, 3).Draw(t, "workers")})
		if err == nil {
			_, err = got.Load(context.Background(), 0, got.Len())
		}
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("got error %v, want %v", err, wantErr)
		}
		if err != nil {
			return
		}
		for i := range want.Len() {
			some++
			if want.Deleted(i) {
				emptied++
			}
		}
		if err := pittest.SameWinners(context.Background(), got, want, rapid.IntRange(1, 5).Draw(t, "step")); err != nil {
			t.Fatal(err)
		}
	})
	if emptied*20 < some {
		t.Errorf("%d of %d keys were emptied: the cases are too easy", emptied, some)
	}
}

// TestSnapshotsWrittenOneAfterTheOtherAreTheJoin writes snapshot after snapshot into a map, as materialization does, and
// reads every key of the history after each.
func TestSnapshotsWrittenOneAfterTheOtherAreTheJoin(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		c, v := snapshots(t)
		v.TTL = 0
		store := map[string][]value.Value{}
		previous := eventtime.None
		ends := slices.DeleteFunc(slices.Clone(c.Spine.AsOf), func(i eventtime.Instant) bool { return i == eventtime.None })
		slices.Sort(ends)
		for _, end := range ends {
			w, err := pit.NewestWindows(context.Background(), windowsPlan(v, end, previous), nil)
			if err != nil {
				t.Fatal(err)
			}
			columns, err := w.Load(context.Background(), 0, w.Len())
			if errs.CodeOf(err) == errs.OutOfRange {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range w.Len() {
				delete(store, string(w.Key(i)))
				if !w.Deleted(i) {
					store[string(w.Key(i))] = row(columns, i)
				}
			}
			previous = eventtime.SnapshotAt(end, v.Windows.Refresh, v.Windows.Delay)
			for i := range c.Spine.AsOf {
				c.Spine.AsOf[i] = end
			}
			want, err := pit.NaiveWindows(context.Background(), c.Plan())
			if err != nil {
				t.Fatal(err)
			}
			compareStore(t, c, v, store, &want[0])
		}
	})
}

func row(columns []*value.Column, i int) []value.Value {
	out := make([]value.Value, len(columns))
	for f, c := range columns {
		out[f] = c.At(i)
	}
	return out
}

// compareStore compares what is stored of each entity row's key with the join at the same instant.
func compareStore(t *rapid.T, c *pittest.Case, v *pittest.View, store map[string][]value.Value, want *pit.WindowResult) {
	for i := range c.Spine.AsOf {
		var key []value.Value
		for _, name := range v.Spine {
			key = append(key, c.Spine.Columns.Column(name).At(i))
		}
		if slices.ContainsFunc(key, value.Value.IsNull) {
			continue
		}
		encoded, err := value.AppendKey(nil, key)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := store[string(encoded)]
		if ok != (want.Status[i] == value.Present) {
			t.Fatalf("row %d at %v: stored %t, the join says %v", i, c.Spine.AsOf[i], ok, want.Status[i])
		}
		for f := range got {
			if !got[f].Identical(want.Columns[f].At(i)) {
				t.Fatalf("row %d, feature %d: stored %s, the join says %s", i, f, pittest.Text(got[f]), pittest.Text(want.Columns[f].At(i)))
			}
		}
	}
}
