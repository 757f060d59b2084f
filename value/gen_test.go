package value_test

import (
	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/valuetest"
)

var (
	scalarKinds    = valuetest.ScalarKinds
	drawScalarType = valuetest.DrawScalarType
	drawType       = valuetest.DrawType
	drawText       = valuetest.DrawText
	drawValue      = valuetest.DrawValue
	drawParts      = valuetest.DrawParts
	drawScalar     = valuetest.DrawScalar
)

// drawVersion draws a version with a null created time a quarter of the time, from few instants, so that ties occur.
func drawVersion(t *rapid.T) value.Version {
	at := rapid.SampledFrom([]eventtime.Instant{eventtime.Min, -1, 0, 1, 1<<53 + 1, eventtime.Max})
	v := value.Version{Event: at.Draw(t, "event"), Created: at.Draw(t, "created"), Snapshot: at.Draw(t, "snapshot")}
	if rapid.IntRange(0, 3).Draw(t, "no created") == 0 {
		v.Created = eventtime.None
	}
	return v
}
