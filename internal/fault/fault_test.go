package fault_test

import (
	"context"
	"errors"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/memregistry"
	"github.com/truepoint/truepoint/sink/memsink"
	"github.com/truepoint/truepoint/sink/sinktest"
	"github.com/truepoint/truepoint/state/memstate"
	"github.com/truepoint/truepoint/value"
)

// Without rules a wrapped driver keeps every promise.
func TestConformanceWithoutRules(t *testing.T) {
	t.Parallel()
	onlinetest.Run(t, func(*testing.T) online.Driver { return fault.Online(memonline.New(), fault.New()) })
}

const table = "p/v/1"

func cells(t *testing.T, event eventtime.Instant, n int) []online.Cell {
	t.Helper()
	out := make([]online.Cell, n)
	for i := range out {
		out[i] = online.Cell{Key: onlinetest.IntKey(t, int64(i)), Row: value.AppendTombstone(nil, onlinetest.At(event))}
	}
	return out
}

func count(t *testing.T, d online.Driver) int {
	t.Helper()
	n := 0
	if err := d.Scan(context.Background(), table, func(online.Cell) bool { n++; return true }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEffectsOnAWrite(t *testing.T) {
	t.Parallel()
	open := make(chan struct{})
	close(open)
	mine := errors.New("mine")
	for name, tt := range map[string]struct {
		rule    fault.Rule
		written int
		code    errs.Code
	}{
		"fail":       {fault.Rule{Effect: fault.Fail}, 0, errs.Unavailable},
		"own error":  {fault.Rule{Effect: fault.Fail, Err: mine}, 0, errs.Unknown},
		"lost":       {fault.Rule{Effect: fault.Lost}, 10, errs.Unavailable},
		"torn":       {fault.Rule{Effect: fault.Torn}, 5, errs.Unavailable},
		"duplicate":  {fault.Rule{Effect: fault.Duplicate}, 10, errs.OK},
		"slow":       {fault.Rule{Effect: fault.Slow, Gate: open}, 10, errs.OK},
		"other op":   {fault.Rule{Op: "Drop"}, 10, errs.OK},
		"later call": {fault.Rule{Op: "PutBatch", Nth: 2}, 10, errs.OK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := memonline.New()
			in := fault.New(tt.rule)
			_, err := fault.Online(inner, in).PutBatch(context.Background(), table, cells(t, 1, 10))
			if errs.CodeOf(err) != tt.code {
				t.Errorf("got %v, want code %v", err, tt.code)
			}
			if tt.rule.Err != nil && !errors.Is(err, tt.rule.Err) {
				t.Errorf("got %v, want the rule's error", err)
			}
			if got := count(t, inner); got != tt.written {
				t.Errorf("%d cells were written, want %d", got, tt.written)
			}
			if in.Calls("PutBatch") != 1 {
				t.Errorf("counted %d calls, want 1", in.Calls("PutBatch"))
			}
		})
	}
}

func TestASlowCallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	inner := memonline.New()
	_, err := fault.Online(inner, fault.New(fault.Rule{Effect: fault.Slow})).PutBatch(ctx, table, cells(t, 1, 10))
	if !errors.Is(err, context.Canceled) || count(t, inner) != 0 {
		t.Errorf("got %v with %d cells written, want canceled and none", err, count(t, inner))
	}
}

func TestRulesPickCallsByNumber(t *testing.T) {
	t.Parallel()
	in := fault.New(fault.Rule{Op: "Tables", Nth: 3, Times: 2}, fault.Rule{Op: "Tables", Nth: 7, Times: -1})
	d := fault.Online(memonline.New(), in)
	for n := 1; n <= 9; n++ {
		_, err := d.Tables(context.Background())
		if want := n == 3 || n == 4 || n >= 7; (err != nil) != want {
			t.Errorf("call %d: got %v, want a failure: %t", n, err, want)
		}
	}
	in.Set()
	if _, err := d.Tables(context.Background()); err != nil || in.Calls("Tables") != 1 {
		t.Errorf("after Set: got %v and %d calls", err, in.Calls("Tables"))
	}
}

func TestStaleAnswersAreTheLastOnes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	in := fault.New()
	d := fault.Online(memonline.New(), in)
	old, now := cells(t, 1, 1), cells(t, 2, 1)
	read := func() []byte {
		items := []online.TableKeys{{Table: table, Keys: [][]byte{old[0].Key}, Rows: make([][]byte, 1)}}
		if err := d.GetBatch(ctx, items); err != nil {
			t.Fatal(err)
		}
		return items[0].Rows[0]
	}
	for _, c := range [][]online.Cell{old, now} {
		if _, err := d.PutBatch(ctx, table, c); err != nil {
			t.Fatal(err)
		}
		if string(c[0].Row) == string(old[0].Row) {
			read()
		}
	}
	in.Set(fault.Rule{Op: "GetBatch", Effect: fault.Stale})
	if got := read(); string(got) != string(old[0].Row) {
		t.Errorf("got %x, want the old row", got)
	}
	if got := read(); string(got) != string(now[0].Row) {
		t.Errorf("got %x, want the present row", got)
	}
}

func TestRegistryAndState(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	in := fault.New(fault.Rule{Op: "Commit", Effect: fault.Lost})
	r := fault.Registry(memregistry.New(), in)
	if h, err := r.Head(ctx, "p"); err != nil || h != 0 {
		t.Fatalf("Head: got %d, %v", h, err)
	}
	change := registry.Change{Project: "p", Put: []registry.Object{{Kind: "Entity", Name: "e", Body: []byte("{}")}}}
	if _, err := r.Commit(ctx, 0, change); errs.CodeOf(err) != errs.Unavailable {
		t.Errorf("Commit: got %v, want unavailable", err)
	}
	in.Set(fault.Rule{Op: "Head", Effect: fault.Stale})
	if h, err := r.Head(ctx, "p"); err != nil || h != 0 {
		t.Errorf("stale Head: got %d, %v; want 0", h, err)
	}
	if h, err := r.Head(ctx, "p"); err != nil || h != 1 {
		t.Errorf("Head: got %d, %v; want 1, the commit was carried out", h, err)
	}

	in = fault.New(fault.Rule{Op: "CompareAndSwap", Effect: fault.Duplicate})
	s := fault.State(memstate.New(), in)
	if _, err := s.CompareAndSwap(ctx, "k", 0, []byte("v")); errs.CodeOf(err) != errs.Aborted {
		t.Errorf("a swap sent twice: got %v, want aborted", err)
	}
	if rec, err := s.Get(ctx, "k"); err != nil || string(rec.Value) != "v" {
		t.Errorf("Get: got %+v, %v", rec, err)
	}
}

func TestOfflineAndSink(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	in := fault.New(fault.Rule{Op: "Part.Read", Nth: 2})
	mem := memoffline.New()
	b := &value.Batch{}
	c := value.NewColumn(value.Scalar(value.Int64), 1)
	c.Append(value.OfInt64(5))
	b.Add("n", c)
	mem.Put("s", b)
	d := fault.Offline(mem, in)
	snap, err := d.Open(ctx, &feature.Source{Name: "s", Type: feature.FileSource}, []value.Field{{Name: "n", Type: c.Type}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	dst := []*value.Column{value.NewColumn(c.Type, 0)}
	for n, want := range []errs.Code{errs.OK, errs.Unavailable} {
		if err := snap.Parts()[0].Read(ctx, []string{"n"}, dst); errs.CodeOf(err) != want {
			t.Errorf("read %d: got %v, want %v", n+1, err, want)
		}
	}

	mems := memsink.New()
	torn := fault.Sink(mems, fault.New(fault.Rule{Effect: fault.Torn}))
	rows := sinktest.OneRow()
	if _, err := torn.Write(ctx, table, rows); err == nil || len(mems.Rows()) != 0 {
		t.Errorf("a torn write of one row: got %v, %d rows; want a failure and none", err, len(mems.Rows()))
	}
	if _, err := torn.Write(ctx, table, rows); err != nil || len(mems.Rows()) != 1 {
		t.Errorf("the next write: got %v, %d rows", err, len(mems.Rows()))
	}
}
