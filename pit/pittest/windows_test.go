package pittest_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
)

func TestEvalWindowsIsNaiveWindowsOnRandomData(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		c := pittest.RandomWindows(t)
		want, wantErr := pit.NaiveWindows(context.Background(), c.Plan())
		got, err := pit.EvalWindows(context.Background(), c.Plan(), &pit.EvalOptions{Workers: rapid.IntRange(1, 4).Draw(t, "workers")})
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("got error %v, want %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if err := pittest.SameWindows(got, want); err != nil {
			t.Fatal(err)
		}
	})
}
