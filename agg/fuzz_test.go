package agg_test

import (
	"bytes"
	"testing"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// fuzzSpecs are the specs that FuzzParse chooses from by number. They are never reordered, because the corpus names them.
var fuzzSpecs = []agg.Spec{
	{Function: agg.Count},
	{Function: agg.Sum, Input: value.Scalar(value.Int64)},
	{Function: agg.Sum, Input: value.Scalar(value.Float64)},
	{Function: agg.StddevSamp, Input: value.Scalar(value.Float64)},
	{Function: agg.VarPop, Input: value.Scalar(value.Int32)},
	{Function: agg.Min, Input: value.Scalar(value.Float64)},
	{Function: agg.Max, Input: value.Scalar(value.String)},
	{Function: agg.Last, Input: value.ArrayOf(value.Scalar(value.String))},
	{Function: agg.FirstN, Input: value.Scalar(value.Int64), N: 3},
	{Function: agg.LastDistinctN, Input: value.Scalar(value.Float64), N: 2},
	{Function: agg.CountDistinct, Input: value.Scalar(value.Decimal)},
}

// FuzzParse: bytes are refused as data loss, or are exactly the bytes of the state that they give, which has a value.
func FuzzParse(f *testing.F) {
	for i, s := range fuzzSpecs {
		f.Add(byte(i), stateOf(f, s, nil).Append(nil))
		f.Add(byte(i), stateOf(f, s, sample(s.Input)).Append(nil))
	}
	f.Fuzz(func(t *testing.T, which byte, b []byte) {
		s := fuzzSpecs[int(which)%len(fuzzSpecs)]
		st, rest, err := s.Parse(b)
		if err != nil {
			if errs.CodeOf(err) != errs.DataLoss {
				t.Fatalf("%s: %x: %v", s.Function, b, err)
			}
			return
		}
		read := b[:len(b)-len(rest)]
		if again := st.Append(nil); !bytes.Equal(again, read) {
			t.Fatalf("%s: %x is written as %x", s.Function, read, again)
		}
		if _, err := st.Final(); err != nil && errs.CodeOf(err) != errs.OutOfRange {
			t.Fatalf("%s: %x: %v", s.Function, read, err)
		}
	})
}

// sample returns some rows of a type.
func sample(in value.Type) []row {
	var vs []value.Value
	switch in.Kind {
	case value.Int32:
		vs = []value.Value{value.OfInt32(-3), value.OfInt32(1 << 30)}
	case value.Int64:
		vs = []value.Value{value.OfInt64(-3), value.OfInt64(1 << 62), value.OfInt64(1 << 62)}
	case value.Float64:
		vs = []value.Value{value.OfFloat64(0.1), value.OfFloat64(-1e300), value.OfFloat64(5e-324), value.OfFloat64(0.1)}
	case value.Decimal:
		vs = []value.Value{value.OfText(value.Decimal, "1.50"), value.OfText(value.Decimal, "-0")}
	case value.Array:
		vs = []value.Value{value.OfList(value.Array, []value.Value{value.OfString("a"), {}})}
	default:
		vs = []value.Value{value.OfString("a"), value.OfString("")}
	}
	rows := make([]row, len(vs))
	for i, v := range vs {
		rows[i] = row{agg.Order{Event: 5, Created: 7, Rank: []value.Value{{}, value.OfInt64(int64(i))}, Position: int64(i)}, v}
	}
	return rows
}
