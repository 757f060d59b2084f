package tablefile_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// boundedKinds are those of keys and times, whose bounds a file tells.
var boundedKinds = []value.Kind{value.Int32, value.Int64, value.String, value.UnixTimestamp, value.Date}

// boundedValues are three values of each: the second is the least, the first the greatest.
var boundedValues = map[value.Kind][]value.Value{
	value.Int32:         {value.OfInt32(3), value.OfInt32(-1), value.OfInt32(2)},
	value.Int64:         {value.OfInt64(1 << 60), value.OfInt64(-1), value.OfInt64(2)},
	value.String:        {value.OfString("c"), value.OfString("a"), value.OfString("b")},
	value.UnixTimestamp: {value.OfInstant(3), value.OfInstant(-1), value.OfInstant(2)},
	value.Date:          {value.OfDate(3), value.OfDate(-1), value.OfDate(2)},
}

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
	t.Logf("parts with bounds: %v", known)
}

func TestBoundsOfKeysAndTimesAreKnown(t *testing.T) {
	t.Parallel()
	b := &value.Batch{Rows: 3}
	for i, k := range boundedKinds {
		c := value.NewColumn(value.Scalar(k), 3)
		for _, v := range boundedValues[k] {
			c.Append(v)
		}
		b.Add(string(rune('a'+i)), c)
	}
	f, err := open("t.parquet", encode(t, tablefile.Parquet, b), nil)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := f.Select(wanted(b.Fields()))
	if err != nil || len(parts) != 1 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	for i, field := range b.Fields() {
		low, high, ok := parts[0].(tablefile.BoundedPart).Bounds(field.Name)
		if c := b.Columns[i]; !ok || !low.Identical(c.At(1)) || !high.Identical(c.At(0)) {
			t.Errorf("%s: %v to %v, %v", field.Type, low, high, ok)
		}
	}
}
