package value_test

import (
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

func TestBadInput_84_a_million_elements_round_trip_and_too_many_are_refused(t *testing.T) {
	t.Parallel()
	s := &value.Schema{Fields: []value.Field{{Name: "a", Type: value.ArrayOf(value.Scalar(value.Int64))}}}
	parts := make([]value.Value, 1_000_000)
	for i := range parts {
		if i%3 > 0 {
			parts[i] = value.OfInt64(int64(i))
		}
	}
	want := value.OfList(value.Array, parts)
	row, err := value.AppendRow(nil, s, value.Version{}, []value.Value{want})
	if err != nil {
		t.Fatal(err)
	}
	got := make([]value.Value, 1)
	if err := value.DecodeRow(s, row, got); err != nil || !got[0].Identical(want) {
		t.Fatalf("a million elements did not read back: %v", err)
	}
	many := value.OfList(value.Array, make([]value.Value, value.ElementsMax+1))
	if out, err := value.AppendRow(row, s, value.Version{}, []value.Value{many}); errs.CodeOf(err) != errs.InvalidArgument || len(out) != len(row) {
		t.Fatalf("%d elements: %d bytes, %v", value.ElementsMax+1, len(out)-len(row), err)
	}
}

func TestRowLongerThanTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	s := &value.Schema{Fields: []value.Field{{Name: "a", Type: value.Scalar(value.Bytes)}}}
	cells := []value.Value{value.OfText(value.Bytes, string(make([]byte, value.RowSizeMax)))}
	if out, err := value.AppendRow([]byte("kept"), s, value.Version{}, cells); errs.CodeOf(err) != errs.InvalidArgument || string(out) != "kept" {
		t.Fatalf("%d bytes, %v", len(out), err)
	}
}
