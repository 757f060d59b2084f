//go:build unix

package pit_test

import (
	"context"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// worked returns the processor time that this process has taken. Unlike the clock it does not go on while others compute.
func worked(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestACancelledHotKeyWorksNoLonger cancels windows anywhere, of a set in which one key has a fifth of the rows, and
// measures the work that is done afterwards: at most that of 100 ms of one processor.
func TestACancelledHotKeyWorksNoLonger(t *testing.T) {
	if testing.Short() {
		t.Skip("evaluates a big set many times")
	}
	s := row17(400_000, 8_000)
	s.rich, s.late, s.hot = true, true, 0.2
	p := s.plan()
	w := &p.Windows[0]
	w.Features = append(w.Features, pit.WindowFeature{
		Name: "groups", Spec: agg.Spec{Function: agg.Sum, Input: value.Scalar(value.Float64)}, Column: "x", By: "part",
		Window: eventtime.Window{Length: eventtime.Day},
	})
	w.Table = grouped(w.Table)
	opt := &pit.EvalOptions{Workers: 1}
	begin := time.Now()
	if _, err := pit.EvalWindows(t.Context(), p, opt); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(begin)
	const seed = 100
	r := rand.New(rand.NewPCG(seed, seed))
	var most time.Duration
	cancelled := 0
	for range 12 {
		ctx, cancel := context.WithCancel(t.Context())
		var before time.Duration
		timer := time.AfterFunc(time.Duration(r.Int64N(int64(whole))), func() { before = worked(t); cancel() })
		_, err := pit.EvalWindows(ctx, p, opt)
		after := worked(t)
		if timer.Stop() || err == nil {
			cancel()
			continue // it was done before
		}
		if errs.CodeOf(err) != errs.Canceled {
			t.Fatalf("got %v, want Canceled", err)
		}
		cancelled++
		most = max(most, after-before)
	}
	t.Logf("of %v, cancelled %d times, at most %v were worked on", whole, cancelled, most)
	if cancelled == 0 {
		t.Error("nothing was cancelled: the set is too small")
	}
	if most > 100*time.Millisecond {
		t.Errorf("seed %d: %v of work after the cancel, at most 100 ms are allowed", seed, most)
	}
}

// A groupedPart has one more column, "part": a number from 0 to 9.
type groupedPart struct{ pit.Part }

func grouped(t pit.Table) pit.Table {
	var out table
	for _, p := range t.Parts() {
		out = append(out, groupedPart{p})
	}
	return out
}

func (g groupedPart) Read(ctx context.Context, names []string, dst []*value.Column) error {
	for i, name := range names {
		if name != "part" {
			if err := g.Part.Read(ctx, []string{name}, dst[i:i+1]); err != nil {
				return err
			}
			continue
		}
		dst[i].Type = value.Scalar(value.Int64)
		dst[i].Resize(g.Rows())
		for row := range dst[i].Ints {
			dst[i].Ints[row] = int64(row % 10)
		}
	}
	return nil
}
