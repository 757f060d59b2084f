package pit_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// A noting part notes how often each of its columns is read.
type noting struct {
	pit.Part
	mu   sync.Mutex
	read map[string]int
}

func (n *noting) Read(ctx context.Context, columns []string, dst []*value.Column) error {
	n.mu.Lock()
	for _, c := range columns {
		n.read[c]++
	}
	n.mu.Unlock()
	return n.Part.Read(ctx, columns, dst)
}

// note makes the parts of a view note what is read.
func note(v *pit.ViewScan) (parts []*noting) {
	var t table
	for _, p := range v.Table.Parts() {
		n := &noting{Part: p, read: map[string]int{}}
		parts, t = append(parts, n), append(t, n)
	}
	v.Table = t
	return parts
}

// mixed has a key with nothing to decide in its first part, in the second two rows of one event time, of which created
// time takes the first, and in the third an older one.
const mixed = `case mixed
view v key=k field=f tie_break=tie
rows v
  k  event     created   tie  f
  a  00:00:05  00:00:05  1    1
  b  00:00:01  00:00:07  1    2
rows v
  k  event     created   tie  f
  b  00:00:03  00:00:06  1    3
  b  00:00:03  00:00:05  2    4
rows v
  k  event     created   tie  f
  b  00:00:02  00:00:09  3    5
ask
  k  at
  a  00:00:09
  b  00:00:09
----
  a  00:00:09  1
  b  00:00:09  3
`

func TestCreatedTimesAreReadOnlyWhereTheyDecide(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*pit.Plan)
		want   string // of created time and tie_break, the parts that were read
	}{
		"event time":        {func(*pit.Plan) {}, "[1] [1]"},
		"a delay":           {func(p *pit.Plan) { p.Views[0].Availability = eventtime.Availability{Rule: eventtime.ByDelay, Delay: 1} }, "[1] [1]"},
		"created time":      {func(p *pit.Plan) { p.Views[0].Availability.Rule = eventtime.ByCreatedTime }, "[0 1 2] [0 1 2]"},
		"known at as_of":    {func(p *pit.Plan) { p.Known = pit.KnownAtAsOf }, "[0 1 2] [0 1 2]"},
		"known at":          {func(p *pit.Plan) { p.Known, p.KnownAt = pit.KnownAtInstant, eventtime.Max }, "[0 1 2] [0 1 2]"},
		"created is wanted": {func(p *pit.Plan) { p.WantCreated = true }, "[0 1 2] [0 1 2]"},
		"no created time":   {func(p *pit.Plan) { p.Views[0].Layout.Created = "" }, "[] [1]"},
		"nothing decides":   {func(p *pit.Plan) { p.Views[0].Layout.Created, p.Views[0].Layout.TieBreak = "", nil }, "[] []"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cases, err := pittest.Parse("mixed", mixed)
			if err != nil {
				t.Fatal(err)
			}
			p := cases[0].Plan()
			c.change(p)
			want := naive(t, p)
			parts := note(&p.Views[0])
			wantResult(t, p, want, nil, 1<<20)
			var created, tie []int
			for i, part := range parts {
				if part.read["created"] > 0 {
					created = append(created, i)
				}
				if part.read["tie"] > 0 {
					tie = append(tie, i)
				}
			}
			if got := fmt.Sprint(created, tie); got != c.want {
				t.Errorf("parts whose created time and tie_break were read: got %s, want %s", got, c.want)
			}
		})
	}
}

// A told progress is the last of it, and whether it was ever beyond its total or fell. Only for one worker.
type told struct{ done, total int64 }

func (p *told) check(done, total int64) error {
	if done > total || done < p.done {
		return fmt.Errorf("progress went from %d of %d to %d of %d", p.done, p.total, done, total)
	}
	p.done, p.total = done, total
	return nil
}

func TestALeanPassThatIsGivenUpAnswersLikeOneThatIsNot(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	var ties pittest.TieCoverage
	given, kept := 0, 0
	for i := range 1500 {
		c := pittest.RandomOf(r)
		want, wantErr := pit.Naive(t.Context(), c.Plan())
		p := c.Plan()
		var parts [][]*noting
		for v := range p.Views {
			parts = append(parts, note(&p.Views[v]))
		}
		var progress told
		var wrong error
		opt := &pit.EvalOptions{Workers: 1 + i%3}
		if opt.Workers == 1 {
			opt.Progress = func(done, total int64) { wrong = errs.Join(wrong, progress.check(done, total)) }
		}
		got, err := pit.EvalHolding(t.Context(), p, opt, 1+r.IntN(60))
		if fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("plan %d of seed %d: got error %v, want %v", i, seed, err, wantErr)
		}
		if err != nil {
			continue
		}
		if err := errs.Join(wrong, pittest.SameResults(got, want)); err != nil || progress.done != progress.total {
			t.Fatalf("plan %d of seed %d: %v; progress ended at %d of %d", i, seed, err, progress.done, progress.total)
		}
		ties.Add(c, want)
		for _, of := range parts {
			if slices.ContainsFunc(of, func(n *noting) bool { return n.read["event"] > 1 }) {
				given++
			} else {
				kept++
			}
		}
	}
	t.Logf("seed %d: %d passes were begun again, %d were not; %+v", seed, given, kept, ties)
	if err := ties.Check(); err != nil || given < 100 || kept < 100 {
		t.Errorf("the plans of seed %d were too easy: %v", seed, err)
	}
}

// hot builds a plan whose history is rows of one key and event time, created at one instant each or all at once.
func hot(rows int, distinct bool) *pit.Plan {
	b := &value.Batch{Rows: rows}
	event, created, n := value.NewColumn(value.Scalar(value.UnixTimestamp), rows), value.NewColumn(value.Scalar(value.UnixTimestamp), rows), value.NewColumn(value.Scalar(value.Int64), rows)
	for i := range rows {
		at := 0
		if distinct {
			at = i * 7 % rows
		}
		event.Append(value.OfInstant(5))
		created.Append(value.OfInstant(eventtime.Instant(at)))
		n.Append(value.OfInt64(int64(i)))
	}
	b.Add("event", event)
	b.Add("created", created)
	b.Add("n", n)
	p := &pit.Plan{Spine: pit.Spine{Columns: &value.Batch{Rows: 3}, AsOf: []eventtime.Instant{4, 5, 9}}}
	p.Views = []pit.ViewScan{{Name: "v", Table: pit.MemTable(b), Layout: pit.Layout{Event: "event", Created: "created", Features: []string{"n"}}}}
	return p
}

func TestAHotKeyIsAnsweredByItsLastCreatedRow(t *testing.T) {
	t.Parallel()
	for _, rows := range []int{3001, 200_001} { // held, and too many to be
		p := hot(rows, true)
		wantResult(t, p, naive(t, p), nil, 0)
	}
}

func TestRowsThatShareOnlyTheirEventTimeAreNotTooManyTies(t *testing.T) {
	t.Parallel()
	for distinct, code := range map[bool]errs.Code{true: errs.OK, false: errs.ResourceExhausted} {
		for _, held := range []int{10, 1 << 20} {
			_, err := pit.EvalHolding(t.Context(), hot(100, distinct), &pit.EvalOptions{TiesMax: 98}, held)
			if errs.CodeOf(err) != code {
				t.Errorf("created at distinct instants: %t, %d rows held: got %v, want %s", distinct, held, err, code)
			}
		}
	}
}

func TestCancellingEndsTheSettlingOfTies(t *testing.T) {
	t.Parallel()
	var reads atomic.Int32
	ctx, cancel := context.WithCancel(t.Context())
	p := withFickle(big(sets["ties and deletes"]), "created", func() error { reads.Add(1); cancel(); return nil })
	if _, err := pit.EvalHolding(ctx, p, nil, 1<<20); errs.CodeOf(err) != errs.Canceled || reads.Load() == 0 {
		t.Errorf("got %v after %d reads of created times, want Canceled", err, reads.Load())
	}
}
