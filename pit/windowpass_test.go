package pit_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// A countedTable counts how often each column of its parts is read.
type countedTable struct {
	parts []pit.Part
	mu    sync.Mutex // guards reads
	reads map[string]int
}

func (c *countedTable) Parts() []pit.Part { return c.parts }

type countedPart struct {
	pit.Part
	table *countedTable
}

func (p countedPart) Read(ctx context.Context, names []string, dst []*value.Column) error {
	p.table.mu.Lock()
	for _, n := range names {
		p.table.reads[n]++
	}
	p.table.mu.Unlock()
	return p.Part.Read(ctx, names, dst)
}

func counted(t pit.Table) *countedTable {
	c := &countedTable{reads: map[string]int{}}
	for _, p := range t.Parts() {
		c.parts = append(c.parts, countedPart{p, c})
	}
	return c
}

// another wraps a table: its parts are those of the table, it is not.
type another struct{ pit.Table }

// A hasty part lacks the created time of every seventh row.
type hasty struct{ pit.Part }

func (h hasty) Read(ctx context.Context, names []string, dst []*value.Column) error {
	if err := h.Part.Read(ctx, names, dst); err != nil {
		return err
	}
	if at := slices.Index(names, "created"); at >= 0 {
		for i := 0; i < h.Rows(); i += 7 {
			dst[at].Ints[i] = 0
			dst[at].SetNull(i)
		}
	}
	return nil
}

// severalViews returns a plan of views over one table that differ in all that may differ in one pass.
func severalViews() *pit.Plan {
	p := row17(4000, 200).plan()
	first := p.Windows[0]
	var parts table
	for _, part := range first.Table.Parts() {
		parts = append(parts, hasty{part})
	}
	first.Table = parts
	views := []pit.WindowScan{first, first, first, first, first}
	for i := range views {
		views[i].Name = fmt.Sprint("view", i)
		views[i].Table = another{first.Table}
		views[i].Features = slices.Clone(first.Features)
	}
	views[1].Availability.Rule = eventtime.ByCreatedTime
	views[2].Layout.Event, views[2].Layout.Created = "created", ""
	for i := range views[2].Features {
		views[2].Features[i].Where = above{column: "x"}
	}
	views[3].EventID = "id"
	views[4].Refresh, views[4].Delay, views[4].TTL = eventtime.Day, eventtime.Hour, 20*eventtime.Hour
	p.Windows = views
	return p
}

func TestWindowsOverOneTableShareOnePass(t *testing.T) {
	t.Parallel()
	p := severalViews()
	want, err := pit.NaiveWindows(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	table := counted(p.Windows[0].Table.(another).Table)
	for i := range p.Windows {
		p.Windows[i].Table = another{table}
	}
	var done, total int64
	got, err := pit.EvalWindows(t.Context(), p, &pit.EvalOptions{Workers: 1, Progress: func(d, n int64) { done, total = d, n }})
	if err != nil {
		t.Fatal(err)
	}
	if err := pittest.SameWindows(got, want); err != nil {
		t.Error(err)
	}
	parts := len(table.parts)
	for column, reads := range map[string]int{"k": parts, "event": parts, "created": parts, "x": parts + 1, "id": parts + 1} { // types come from the first part
		if got := table.reads[column]; got != reads {
			t.Errorf("column %q was read %d times, want %d, of %d parts", column, got, reads, parts)
		}
	}
	if done != total || total != int64(len(p.Windows))*2*4000 {
		t.Errorf("%d of %d were done", done, total)
	}
}

func TestWindowsWithOtherKeysHaveAPassOfTheirOwn(t *testing.T) {
	t.Parallel()
	p := severalViews()
	p.Spine.Columns.Add("other", p.Spine.Columns.Column("k"))
	p.Windows[1].Spine = []string{"other"}
	p.Windows[2].Layout.Keys = []string{"id"}
	wantNaive(t, p)
}

// A badSpill gives back something else than it got.
type badSpill struct {
	mu      sync.Mutex // guards the members below
	shares  map[int][][]byte
	opened  int
	closed  int
	damage  func(records [][]byte) ([][]byte, error)
	refuses error
}

func (b *badSpill) open(context.Context) (pit.Spill, error) { b.opened++; return b, nil }

func (b *badSpill) Append(_ context.Context, share int, record []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shares[share] = append(b.shares[share], slices.Clone(record))
	return b.refuses
}

func (b *badSpill) Records(_ context.Context, share int, each func([]byte) error) error {
	records, err := b.damage(b.shares[share])
	if err != nil {
		return err
	}
	for _, r := range records {
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

func (b *badSpill) Close() error { b.closed++; return nil }

func TestASpillThatGivesBackSomethingElseIsDataLoss(t *testing.T) {
	t.Parallel()
	whole := func(r [][]byte) ([][]byte, error) { return r, nil }
	for name, c := range map[string]struct {
		damage  func([][]byte) ([][]byte, error)
		refuses error
		want    errs.Code
	}{
		"nothing else":        {whole, nil, errs.OK},
		"a bit":               {func(r [][]byte) ([][]byte, error) { r[0][len(r[0])/2] ^= 4; return r, nil }, nil, errs.DataLoss},
		"a record cut off":    {func(r [][]byte) ([][]byte, error) { r[0] = r[0][:len(r[0])-1]; return r, nil }, nil, errs.DataLoss},
		"an empty record":     {func(r [][]byte) ([][]byte, error) { r[0] = nil; return r, nil }, nil, errs.DataLoss},
		"no records":          {func([][]byte) ([][]byte, error) { return nil, nil }, nil, errs.DataLoss},
		"a record twice":      {func(r [][]byte) ([][]byte, error) { return append(r, r[0]), nil }, nil, errs.DataLoss},
		"one for another":     {func(r [][]byte) ([][]byte, error) { r[0] = r[len(r)-1]; return r, nil }, nil, errs.DataLoss},
		"an error":            {func([][]byte) ([][]byte, error) { return nil, errs.New(errs.DataLoss, "torn") }, nil, errs.DataLoss},
		"a disk that is full": {whole, errs.New(errs.ResourceExhausted, "full"), errs.ResourceExhausted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := row17(2000, 50)
			s.parts = 4
			spill := &badSpill{shares: map[int][][]byte{}, damage: c.damage, refuses: c.refuses}
			_, err := pit.EvalWindows(t.Context(), s.plan(), &pit.EvalOptions{Workers: 1, KeptMax: 1, Spill: spill.open})
			if errs.CodeOf(err) != c.want {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if spill.opened != 1 || spill.closed != 1 {
				t.Errorf("opened %d times, closed %d times", spill.opened, spill.closed)
			}
		})
	}
}

func TestASpillIsOpenedWhenItIsNeeded(t *testing.T) {
	t.Parallel()
	opt := &pit.EvalOptions{Spill: func(context.Context) (pit.Spill, error) { return nil, errors.New("no disk") }}
	if _, err := pit.EvalWindows(t.Context(), row17(1000, 10).plan(), opt); err != nil {
		t.Errorf("rows that fit: %v", err)
	}
	opt.KeptMax = 1
	if _, err := pit.EvalWindows(t.Context(), row17(1000, 10).plan(), opt); err == nil || err.Error() != "no disk" {
		t.Errorf("rows that do not fit: got %v, want the error of the spill", err)
	}
}
