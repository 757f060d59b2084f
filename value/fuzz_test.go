package value_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// FuzzDecodeKey: bytes are refused as data loss, or are exactly the key of the values that they give.
func FuzzDecodeKey(f *testing.F) {
	for _, c := range []string{"\x01\x00", "\x01\x06a\x00\xffb\x00\x01\x00", "\x01\x03\x80\x00\x00\x00\x00\x00\x00\x01\x06\x00\x01\x00", "\x01\x01\x02\x00", "\x02\x00"} {
		f.Add([]byte(c))
	}
	f.Fuzz(func(t *testing.T, key []byte) {
		parts, err := value.DecodeKey(key)
		if err != nil {
			if errs.CodeOf(err) != errs.DataLoss {
				t.Fatalf("%x: %v", key, err)
			}
			return
		}
		again, err := value.AppendKey(nil, parts)
		if err != nil || !bytes.Equal(again, key) {
			t.Fatalf("%x is %v, which is written as %x, %v", key, parts, again, err)
		}
	})
}

// FuzzKeyOrder: two keys are equal only for equal values, compare as their values do, and neither begins the other.
func FuzzKeyOrder(f *testing.F) {
	f.Add("a", int64(1), []byte{0}, "a\x00", int64(-1), []byte{0, 1}, byte(0))
	f.Add("", int64(0), []byte{}, "", int64(0), []byte{0xff}, byte(3))
	f.Add("e\u0301", int64(1<<53+1), []byte{1}, "é", int64(1<<53), []byte{}, byte(7))
	f.Fuzz(func(t *testing.T, s1 string, n1 int64, b1 []byte, s2 string, n2 int64, b2 []byte, shape byte) {
		if !utf8.ValidString(s1) || !utf8.ValidString(s2) || len(s1)+len(b1) > 10000 || len(s2)+len(b2) > 10000 {
			return
		}
		key := func(s string, n int64, b []byte, shape byte) []value.Value {
			all := []value.Value{value.OfString(s), value.OfInt64(n), value.OfBytes(b), value.OfInt32(int32(n)), value.OfBool(n < 0)}
			var parts []value.Value
			for i := range all {
				if shape>>i&1 == 0 {
					parts = append(parts, all[i])
				}
			}
			return parts
		}
		checkKeyOrder(t, key(s1, n1, b1, shape&31), key(s2, n2, b2, shape&31))
		checkKeyOrder(t, key(s1, n1, b1, shape&31), key(s2, n2, b2, shape>>3))
	})
}

// FuzzDecodeRow: bytes are refused with a code, or are exactly the row of the values that they give; no bytes cost more
// memory than their length allows.
func FuzzDecodeRow(f *testing.F) {
	s := &value.Schema{ID: 1}
	for i, text := range []string{
		"Bool", "Int32", "String", "Float64", "Array(Int64)", "Set(String)", "Map(String, Bool)", "Vector(2)",
		"Struct(a: Uuid, b: Array(Decimal))", "UnixTimestamp", "Json", "Date", "Float32", "Int64", "Bytes",
	} {
		typ, err := value.ParseType(text)
		if err != nil {
			f.Fatal(err)
		}
		s.Fields = append(s.Fields, value.Field{Name: string(rune('a' + i)), Type: typ})
	}
	nulls, err := value.AppendRow(nil, s, value.Version{}, make([]value.Value, len(s.Fields)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(nulls)
	f.Add(value.AppendTombstone(nil, value.Version{Event: 1}))
	cells := make([]value.Value, len(s.Fields))
	cells[2], cells[4] = value.OfString("abc"), value.OfList(value.Array, []value.Value{value.OfInt64(1), {}})
	cells[5] = value.MakeSet(value.Scalar(value.String), []value.Value{value.OfString("b"), value.OfString("a")})
	cells[6] = value.OfList(value.Map, []value.Value{value.OfString("k"), value.OfBool(true)})
	cells[8] = value.OfList(value.Struct, []value.Value{value.OfUuid([16]byte{1}), value.OfList(value.Array, []value.Value{value.OfText(value.Decimal, "1.0")})})
	full, err := value.AppendRow(nil, s, value.Version{Event: 1}, cells)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(full)
	f.Fuzz(func(t *testing.T, row []byte) { checkRowBytes(t, s, row) })
}

// FuzzVersion: the bytes of versions compare as the versions do, whichever numbers they hold.
func FuzzVersion(f *testing.F) {
	f.Add(make([]byte, 48))
	f.Add(bytes.Repeat([]byte{0xff, 0x80, 0}, 16))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 2*value.VersionSize {
			return
		}
		v, w := value.ReadVersion(b), value.ReadVersion(b[value.VersionSize:])
		if !bytes.Equal(value.AppendVersion(nil, v), b[:value.VersionSize]) {
			t.Fatalf("%x reads as %+v, which is written differently", b[:value.VersionSize], v)
		}
		want := bytes.Compare(b[:value.VersionSize], b[value.VersionSize:2*value.VersionSize])
		if got := v.Compare(w); got != want {
			t.Fatalf("%+v against %+v: %d, bytes say %d", v, w, got, want)
		}
		if first := int64(binary.BigEndian.Uint64(b) ^ 1<<63); int64(v.Event) != first {
			t.Fatalf("event %d, want %d", v.Event, first)
		}
	})
}

// FuzzParseType: a text is refused, or is a type whose own text is the same type.
func FuzzParseType(f *testing.F) {
	for _, s := range []string{"Int64", "STRING_LIST", "Map(String, Double)", "Struct(a: Int64, b: Struct(c: Set(Uuid)))", "Vector(3)", "Array(", "))", "Struct(:)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		typ, err := value.ParseType(text)
		if err != nil {
			if errs.CodeOf(err) != errs.InvalidArgument {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		back, err := value.ParseType(typ.String())
		if err != nil || back.String() != typ.String() || typ.IsZero() {
			t.Fatalf("%q is %s, which reads as %s, %v", text, typ, back, err)
		}
	})
}
