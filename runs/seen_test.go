package runs_test

import (
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/runs"
)

func TestSeenIsWhatViewIsAndDecodesARecordOnce(t *testing.T) {
	t.Parallel()
	d := known(t)
	l, other := runs.NewLedger(d, "p"), runs.NewLedger(d, "p")
	if v, err := l.Seen(t.Context(), "none"); err != nil || len(v.Generations) != 0 {
		t.Errorf("a view without a record: %+v, %v", v, err)
	}
	first, err := l.Seen(t.Context(), "v")
	if err != nil || len(first.Generations) != 2 {
		t.Fatalf("got %+v, %v", first, err)
	}
	if again, err := l.Seen(t.Context(), "v"); err != nil || again != first {
		t.Errorf("a record that stays as it is was decoded again, %v", err)
	}
	if _, err := other.Update(t.Context(), "v", func(v *runs.View) error { v.Generation(3); return nil }); err != nil {
		t.Fatal(err)
	}
	if moved, err := l.Seen(t.Context(), "v"); err != nil || !moved.Known(3) || first.Known(3) {
		t.Errorf("after another process has changed it: %+v, %v", moved, err)
	}
	r, err := d.Get(t.Context(), "views/p/v")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.CompareAndSwap(t.Context(), r.Key, r.Version, []byte(`{"format":1`)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Seen(t.Context(), "v"); errs.CodeOf(err) != errs.DataLoss {
		t.Errorf("a damaged record: %v", err)
	}
	if err := other.Forget(t.Context(), "v"); err != nil {
		t.Fatal(err)
	}
	if gone, err := l.Seen(t.Context(), "v"); err != nil || len(gone.Generations) != 0 {
		t.Errorf("a record that is gone: %+v, %v", gone, err)
	}
}
