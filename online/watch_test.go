package online_test

import (
	"context"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/value"
)

// A watch keeps the calls that it is told of, at moments of its own.
type watch struct {
	now   time.Time
	calls []online.Call
}

func (w *watch) Now() time.Time                          { w.now = w.now.Add(time.Second); return w.now }
func (w *watch) Called(_ context.Context, c online.Call) { w.calls = append(w.calls, c) }

func TestAWatcherIsToldOfReadsAndWrites(t *testing.T) {
	t.Parallel()
	s := online.New(fault.Online(memonline.New(), fault.New(fault.Rule{Op: "GetBatch", Nth: 2})), nil)
	w := &watch{}
	s.Watch(w)
	a, b := onlinetest.Key(t, "a"), onlinetest.Key(t, "b")
	putAll(t, s, online.Cell{Key: a, Row: row(t, &counted, 1, value.OfInt64(1))}, online.Cell{Key: b, Row: row(t, &counted, 1, value.OfInt64(1))})
	r := &online.Read{Use: use([]feature.Field{{Name: "n", Type: int64s}}, counted), Table: table, Keys: [][]byte{a, b, a}}
	for range 2 {
		_ = s.Read(t.Context(), []*online.Read{r}) // what it answers is in w
	}
	if len(w.calls) != 3 {
		t.Fatalf("told of %d calls, want 3: %+v", len(w.calls), w.calls)
	}
	for i, want := range []online.Call{{Op: online.OpWrite, Tables: 1, Keys: 2}, {Op: online.OpRead, Tables: 1, Keys: 2}, {Op: online.OpRead, Tables: 1, Keys: 2, Err: errs.New(errs.Unavailable, "")}} {
		got := w.calls[i]
		if got.Op != want.Op || got.Tables != want.Tables || got.Keys != want.Keys || got.Began != (time.Time{}).Add(time.Duration(i+1)*time.Second) || errs.CodeOf(got.Err) != errs.CodeOf(want.Err) {
			t.Errorf("call %d: got %+v, want %+v", i, got, want)
		}
	}
}
