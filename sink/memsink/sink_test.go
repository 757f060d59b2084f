package memsink_test

import (
	"testing"

	"github.com/truepoint/truepoint/sink/memsink"
	"github.com/truepoint/truepoint/sink/sinktest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	sinktest.Run(t, func(*testing.T) sinktest.Target {
		s := memsink.New()
		return sinktest.Target{Sink: s, Read: func(*testing.T) []sinktest.Row {
			var out []sinktest.Row
			for _, r := range s.Rows() {
				out = append(out, sinktest.Row{Key: []byte(r.Key), Event: r.Event, Created: r.Created, Deleted: r.Deleted, Cells: r.Cells})
			}
			return out
		}}
	})
}
