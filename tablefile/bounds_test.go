package tablefile_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// boundedKinds are those of keys and times, whose bounds a file tells.
var boundedKinds = []value.Kind{value.Int32, value.Int64, value.String, value.UnixTimestamp, value.Date}

// drawBoundedType draws a type that mostly has bounds.
func drawBoundedType(t *rapid.T) value.Type {
	if rapid.IntRange(0, 3).Draw(t, "any type") == 0 {
		return drawType(t)
	}
	return value.Scalar(rapid.SampledFrom(boundedKinds).Draw(t, "kind"))
}

func TestBoundsHoldForEveryRowAndAreKnownForKeysAndTimes(t *testing.T) {
	t.Parallel()
	known := map[value.Kind]int{}
	rapid.Check(t, func(t *rapid.T) {
		b := drawBatch(t, drawBoundedType)
		f, err := open("t.parquet", encode(t, tablefile.Parquet, b), nil)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := f.Select(wanted(b.Fields()))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range parts {
			for c, field := range b.Fields() {
				low, high, ok := p.(tablefile.BoundedPart).Bounds(field.Name)
				if !ok {
					continue
				}
				known[field.Type.Kind]++
				for r := range b.Rows {
					v := b.Columns[c].At(r)
					if v.IsNull() || value.Compare(v, low) < 0 || value.Compare(v, high) > 0 {
						t.Fatalf("column %d %s, row %d: %#v is outside %#v to %#v", c, field.Type, r, v, low, high)
					}
				}
			}
		}
	})
	for _, k := range boundedKinds {
		if known[k] == 0 && !t.Failed() {
			t.Errorf("no bounds of a column of kind %v were known: %v", k, known)
		}
	}
}
