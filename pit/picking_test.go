package pit_test

import (
	"context"
	"testing"

	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A sparing part delivers picked rows only.
type sparing struct{ pit.Part }

func (s sparing) ReadPicked(ctx context.Context, columns []string, picked []uint64, dst []*value.Column) error {
	if err := s.Read(ctx, columns, dst); err != nil {
		return err
	}
	for _, c := range dst {
		c.Keep(picked)
	}
	return nil
}

func TestPartsThatAnswerForPickedRowsOnlyGiveTheSameResult(t *testing.T) {
	t.Parallel()
	for name, s := range sets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := big(s)
			want := naive(t, p)
			var parts table
			for _, part := range p.Views[0].Table.Parts() {
				parts = append(parts, sparing{part})
			}
			p.Views[0].Table = parts
			wantResult(t, p, want, nil, 0)
		})
	}
}
