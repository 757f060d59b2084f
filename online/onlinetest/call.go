package onlinetest

import (
	"context"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

func (s *suite) callTests() []test {
	return []test{
		{"CancelledContextFails", callCancelled},
		{"ScanStopsWhenCancelled", callScanCancelled},
		{"ClosedDriverFailsAndCloseRepeats", s.callClosed},
		{"CodeOfContextErrors", func(t *testing.T, d online.Driver) {
			for err, want := range map[error]errs.Code{context.Canceled: errs.Canceled, context.DeadlineExceeded: errs.DeadlineExceeded} {
				if got := d.Code(err); got != want {
					t.Errorf("Code(%v): got %v, want %v", err, got, want)
				}
			}
		}},
	}
}

// calls runs every method of a driver that takes a context.
func calls(t *testing.T, d online.Driver) map[string]func(context.Context) error {
	k := Key(t, "k")
	cell := online.Cell{Key: k, Row: Row(t, At(1), "text")}
	return map[string]func(context.Context) error{
		"GetBatch": func(ctx context.Context) error {
			return d.GetBatch(ctx, []online.TableKeys{{Table: "p/v/1", Keys: [][]byte{k}, Rows: make([][]byte, 1)}})
		},
		"PutBatch": func(ctx context.Context) error {
			_, err := d.PutBatch(ctx, "p/v/1", []online.Cell{cell})
			return err
		},
		"Scan":   func(ctx context.Context) error { return d.Scan(ctx, "p/v/1", func(online.Cell) bool { return true }) },
		"Tables": func(ctx context.Context) error { _, err := d.Tables(ctx); return err },
		"Drop":   func(ctx context.Context) error { return d.Drop(ctx, "p/v/1") },
	}
}

func callCancelled(t *testing.T, d online.Driver) {
	put(t, d, "p/v/1", series(t, 0, 10, 20, At(5))...)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, call := range calls(t, d) {
		err := call(ctx)
		if err == nil {
			t.Errorf("%s with a cancelled context: no error", name)
			continue
		}
		if code := codeOf(d, err); code != errs.Canceled {
			t.Errorf("%s with a cancelled context: got %v (%v), want canceled", name, code, err)
		}
	}
	if got := scan(t, d, "p/v/1"); len(got) != 10 {
		t.Errorf("after the cancelled calls the table has %d cells, want 10", len(got))
	}
}

func codeOf(d online.Driver, err error) errs.Code {
	if c := errs.CodeOf(err); c != errs.Unknown {
		return c
	}
	return d.Code(err)
}

func callScanCancelled(t *testing.T, d online.Driver) {
	put(t, d, "p/v/1", series(t, 0, min(20_000, bigCount(d)), 100, At(5))...)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	err := d.Scan(ctx, "p/v/1", func(online.Cell) bool {
		if n++; n == 10 {
			cancel()
		}
		return true
	})
	if err == nil || codeOf(d, err) != errs.Canceled {
		t.Errorf("got %v after %d cells, want canceled", err, n)
	}
}

func (s *suite) callClosed(t *testing.T, _ online.Driver) {
	d := s.open(t)
	put(t, d, "p/v/1", series(t, 0, 10, 20, At(5))...)
	for range 2 {
		if err := d.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	for name, call := range calls(t, d) {
		if err := call(context.Background()); err == nil {
			t.Errorf("%s after Close: no error", name)
		} else if code := codeOf(d, err); code != errs.FailedPrecondition {
			t.Errorf("%s after Close: got %v (%v), want failed_precondition", name, code, err)
		}
	}
}
