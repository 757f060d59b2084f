package value_test

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// drawRow draws a schema with a row of cells, a fifth of them null.
func drawRow(t *rapid.T) (*value.Schema, []value.Value) {
	n := rapid.IntRange(0, 20).Draw(t, "fields")
	s := &value.Schema{ID: rapid.Uint32().Draw(t, "schema"), Fields: make([]value.Field, n)}
	cells := make([]value.Value, n)
	for i := range cells {
		s.Fields[i] = value.Field{Name: fmt.Sprintf("f%d", i), Type: drawType(t, 3)}
		if rapid.IntRange(0, 4).Draw(t, "null") > 0 {
			cells[i] = drawValue(t, s.Fields[i].Type)
		}
	}
	return s, cells
}

func columnsOf(s *value.Schema, rows ...[]value.Value) []*value.Column {
	cols := make([]*value.Column, len(s.Fields))
	for j, f := range s.Fields {
		cols[j] = value.NewColumn(f.Type, len(rows))
		for _, r := range rows {
			cols[j].Append(r[j])
		}
	}
	return cols
}

func TestRowReadsBackBitForBit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, cells := drawRow(t)
		v := drawVersion(t)
		row, err := value.AppendRow([]byte("before"), s, v, cells)
		if err != nil {
			t.Fatal(err)
		}
		row = row[len("before"):]
		h, err := value.ReadRow(row)
		if want := (value.Header{Schema: s.ID, Version: v}); err != nil || h != want {
			t.Fatalf("ReadRow = %+v, %v, want %+v", h, err, want)
		}
		got := make([]value.Value, len(cells))
		if err := value.DecodeRow(s, row, got); err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if !got[i].Identical(cells[i]) {
				t.Fatalf("field %d of type %s: got %v, want %v", i, s.Fields[i].Type, got[i], cells[i])
			}
		}
	})
}

func TestAppendFromWritesTheBytesOfAppendRow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, cells := drawRow(t)
		v := drawVersion(t)
		want, err := value.AppendRow(nil, s, v, cells)
		if err != nil {
			t.Fatal(err)
		}
		cols := columnsOf(s, make([]value.Value, len(cells)), cells)
		got, err := value.NewRowEncoder(s).AppendFrom([]byte{7}, v, cols, 1)
		if err != nil || !bytes.Equal(got[1:], want) {
			t.Fatalf("got %x, %v, want %x", got[1:], err, want)
		}
	})
}

func TestEqualValuesHaveEqualRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, cells := drawRow(t)
		v := drawVersion(t)
		row, _ := value.AppendRow(nil, s, v, cells)
		got := make([]value.Value, len(cells))
		if err := value.DecodeRow(s, row, got); err != nil {
			t.Fatal(err)
		}
		again, err := value.AppendRow(nil, s, v, got)
		if err != nil || !bytes.Equal(again, row) {
			t.Fatalf("got %x, %v, want %x", again, err, row)
		}
	})
}

func TestDamagedRowIsAnErrorOrAnotherRow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, cells := drawRow(t)
		row, _ := value.AppendRow(nil, s, drawVersion(t), cells)
		damaged := bytes.Clone(row[:rapid.IntRange(0, len(row)).Draw(t, "cut")])
		if len(damaged) > 0 {
			damaged[rapid.IntRange(0, len(damaged)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		}
		checkRowBytes(t, s, damaged)
	})
}

// checkRowBytes asserts that bytes are refused with a code, or are exactly what the encoder writes for their values.
func checkRowBytes(t interface{ Fatalf(string, ...any) }, s *value.Schema, row []byte) {
	got := make([]value.Value, len(s.Fields))
	if err := value.DecodeRow(s, row, got); err != nil {
		if c := errs.CodeOf(err); c != errs.DataLoss && c != errs.FailedPrecondition {
			t.Fatalf("row %x: code %s of %v", row, c, err)
		}
		return
	}
	h, err := value.ReadRow(row)
	if err != nil {
		t.Fatalf("row %x decodes but has no header: %v", row, err)
	}
	again, err := value.AppendRow(nil, s, h.Version, got)
	if err != nil || !bytes.Equal(again, row) {
		t.Fatalf("row %x decodes but is written as %x, %v", row, again, err)
	}
}

func TestTombstoneHasAHeaderAndNoCells(t *testing.T) {
	t.Parallel()
	v := value.Version{Event: 5, Created: -3, Snapshot: 9}
	row := value.AppendTombstone(nil, v)
	h, err := value.ReadRow(row)
	if want := (value.Header{Version: v, Tombstone: true}); err != nil || h != want {
		t.Fatalf("ReadRow = %+v, %v, want %+v", h, err, want)
	}
	if err := value.DecodeRow(&value.Schema{}, row, nil); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Fatalf("DecodeRow = %v, want failed precondition", err)
	}
}

func TestCompareRows(t *testing.T) {
	t.Parallel()
	s := &value.Schema{ID: 1, Fields: []value.Field{{Name: "a", Type: value.Scalar(value.String)}}}
	row := func(v value.Version, text string) []byte {
		r, err := value.AppendRow(nil, s, v, []value.Value{value.OfString(text)})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Run("GreaterVersionWinsWhateverTheCells", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) {
			v, w := drawVersion(t), drawVersion(t)
			got := value.CompareRows(row(v, drawText(t)), row(w, drawText(t)))
			if want := v.Compare(w); want != 0 && got != want {
				t.Fatalf("%+v against %+v: got %d, want %d", v, w, got, want)
			}
		})
	})
	t.Run("LaterSnapshotWinsWhateverTheSchema", func(t *testing.T) {
		t.Parallel()
		newer := &value.Schema{ID: 2, Fields: s.Fields}
		early, err := value.AppendRow(nil, newer, value.Version{Event: 1, Snapshot: 5}, []value.Value{value.OfString("a")})
		if err != nil {
			t.Fatal(err)
		}
		if late := row(value.Version{Event: 1, Snapshot: 6}, "a"); value.CompareRows(late, early) != 1 {
			t.Fatal("a row of an earlier snapshot and a newer schema won")
		}
	})
	t.Run("EqualVersionsAreDecidedByBytes", func(t *testing.T) {
		t.Parallel()
		v := value.Version{Event: 1}
		a, b := row(v, "a"), row(v, "b")
		if value.CompareRows(a, b) != -1 || value.CompareRows(b, a) != 1 || value.CompareRows(a, a) != 0 {
			t.Fatal("rows of equal version do not compare as their bytes")
		}
		if value.CompareRows(value.AppendTombstone(nil, v), b) != 1 {
			t.Fatal("a tombstone of equal version must win")
		}
	})
}

func TestVersionOrderIsByteOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v, w := drawVersion(t), drawVersion(t)
		want := v.Compare(w)
		if got := bytes.Compare(value.AppendVersion(nil, v), value.AppendVersion(nil, w)); got != want {
			t.Fatalf("%+v against %+v: bytes %d, Compare %d", v, w, got, want)
		}
		plain := 0
		for _, p := range [][2]int64{{int64(v.Event), int64(w.Event)}, {int64(v.Created), int64(w.Created)}, {int64(v.Snapshot), int64(w.Snapshot)}} {
			if plain == 0 && p[0] != p[1] {
				plain = 1
				if p[0] < p[1] {
					plain = -1
				}
			}
		}
		if plain != want {
			t.Fatalf("%+v against %+v: Compare %d, field by field %d", v, w, want, plain)
		}
		if back := value.ReadVersion(value.AppendVersion(nil, v)); back != v {
			t.Fatalf("read back %+v, want %+v", back, v)
		}
	})
}

func TestRowRefusesACell(t *testing.T) {
	t.Parallel()
	list := func(k value.Kind, parts ...value.Value) value.Value { return value.OfList(k, parts) }
	vector := value.Type{Kind: value.Vector, Length: 2}
	for name, c := range map[string]struct {
		t value.Type
		v value.Value
	}{
		"OfAnotherType":          {value.Scalar(value.Int64), value.OfInt32(1)},
		"UuidOfWrongLength":      {value.Scalar(value.Uuid), value.OfText(value.Uuid, "short")},
		"TimeOutsideTheYears":    {value.Scalar(value.UnixTimestamp), value.OfInstant(-1 << 63)},
		"VectorOfWrongLength":    {vector, list(value.Vector, value.OfFloat32(1))},
		"VectorWithANull":        {vector, list(value.Vector, value.OfFloat32(1), value.Value{})},
		"UnsortedSet":            {value.SetOf(value.Scalar(value.Int64)), list(value.Set, value.OfInt64(2), value.OfInt64(1))},
		"SetWithDuplicate":       {value.SetOf(value.Scalar(value.Int64)), list(value.Set, value.OfInt64(2), value.OfInt64(2))},
		"MapKeysOutOfOrder":      {value.MapOf(value.Scalar(value.Bool)), list(value.Map, value.OfString("b"), value.Value{}, value.OfString("a"), value.Value{})},
		"MapWithoutLastValue":    {value.MapOf(value.Scalar(value.Bool)), list(value.Map, value.OfString("b"))},
		"ElementOfAnotherType":   {value.ArrayOf(value.Scalar(value.Int64)), list(value.Array, value.OfString("x"))},
		"StructOfWrongArity":     {value.Type{Kind: value.Struct, Fields: []value.Field{{Name: "a", Type: value.Scalar(value.Bool)}}}, list(value.Struct)},
		"ArrayWhereASetBelongs":  {value.SetOf(value.Scalar(value.Int64)), list(value.Array)},
		"StructFieldOfWrongType": {value.Type{Kind: value.Struct, Fields: []value.Field{{Name: "a", Type: value.Scalar(value.Bool)}}}, list(value.Struct, value.OfInt64(1))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &value.Schema{Fields: []value.Field{{Name: "f", Type: c.t}}}
			out, err := value.AppendRow([]byte("kept"), s, value.Version{}, []value.Value{c.v})
			if errs.CodeOf(err) != errs.InvalidArgument || string(out) != "kept" {
				t.Fatalf("got %q, %v, want an invalid argument and the old bytes", out, err)
			}
		})
	}
}
