package redisonline_test

import (
	"testing"

	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/online/redisonline"
)

// Not parallel: it looks at the whole heap. The writer has a few pipelines under way.
func TestAServerThatStandsStillHoldsTheWriterBack(t *testing.T) {
	s := redistest.Start(t)
	d := open(t, redisonline.Single, s.Address, nil)
	defer d.Close()
	c := redistest.Connect(t, s.Address)
	tell := func(t *testing.T, args ...string) {
		t.Helper()
		if err := c.Do(t.Context(), c.B().Arbitrary("CLIENT").Args(args...).Build()).Error(); err != nil {
			t.Fatal(err)
		}
	}
	const pipelines = 3 << 20
	onlinetest.RunStandstill(t, d, 8*pipelines, func(t *testing.T) func() {
		tell(t, "PAUSE", "60000", "WRITE")
		return func() { tell(t, "UNPAUSE") }
	})
}
