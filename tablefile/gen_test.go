package tablefile_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

var scalarKinds = []value.Kind{
	value.Bool, value.Int32, value.Int64, value.Float32, value.Float64, value.String, value.Bytes,
	value.UnixTimestamp, value.Date, value.Uuid, value.Decimal, value.Json,
}

// drawScalarType draws one of the twelve scalar types.
func drawScalarType(t *rapid.T) value.Type {
	return value.Scalar(rapid.SampledFrom(scalarKinds).Draw(t, "kind"))
}

// drawType draws a type that a column can have.
func drawType(t *rapid.T) value.Type {
	switch rapid.IntRange(0, 7).Draw(t, "shape") {
	case 0:
		return value.ArrayOf(drawScalarType(t))
	case 1:
		return value.SetOf(drawScalarType(t))
	case 2:
		return value.MapOf(drawScalarType(t))
	case 3:
		return value.Type{Kind: value.Vector, Length: 3}
	case 4:
		return value.Type{Kind: value.Struct, Fields: []value.Field{
			{Name: "a", Type: drawScalarType(t)}, {Name: "b", Type: value.ArrayOf(drawScalarType(t))},
		}}
	}
	return drawScalarType(t)
}

// drawValue draws a value of type t that is not null.
func drawValue(t *rapid.T, typ value.Type) value.Value {
	switch typ.Kind {
	case value.Array, value.Set:
		parts := make([]value.Value, rapid.IntRange(0, 4).Draw(t, "n"))
		for i := range parts {
			parts[i] = maybe(t, *typ.Elem)
		}
		if typ.Kind == value.Set {
			return value.MakeSet(*typ.Elem, parts)
		}
		return value.OfList(value.Array, parts)
	case value.Vector:
		parts := make([]value.Value, typ.Length)
		for i := range parts {
			parts[i] = drawScalar(t, value.Float32)
		}
		return value.OfList(value.Vector, parts)
	case value.Struct:
		parts := make([]value.Value, len(typ.Fields))
		for i, f := range typ.Fields {
			parts[i] = maybe(t, f.Type)
		}
		return value.OfList(value.Struct, parts)
	case value.Map:
		var parts []value.Value
		for _, k := range []string{"", "k", "é"}[:rapid.IntRange(0, 3).Draw(t, "n")] {
			parts = append(parts, value.OfString(k), maybe(t, *typ.Elem))
		}
		return value.OfList(value.Map, parts)
	}
	return drawScalar(t, typ.Kind)
}

// maybe draws a value of type t, null one time in four.
func maybe(t *rapid.T, typ value.Type) value.Value {
	if rapid.IntRange(0, 3).Draw(t, "null") == 0 {
		return value.Value{}
	}
	return drawValue(t, typ)
}

var edgeInts = []int64{0, 1, -1, 1 << 31, -1 << 31, 1<<53 + 1, -(1<<53 + 1), math.MinInt64, math.MaxInt64}

func drawScalar(t *rapid.T, k value.Kind) value.Value {
	ints := rapid.OneOf(rapid.Int64(), rapid.SampledFrom(edgeInts))
	switch k {
	case value.Bool:
		return value.OfBool(rapid.Bool().Draw(t, "bool"))
	case value.Int32:
		return value.OfInt32(int32(ints.Draw(t, "int")))
	case value.Int64:
		return value.OfInt64(ints.Draw(t, "int"))
	case value.Float32:
		special := []uint32{0, 1 << 31, 0x7F800000, 0xFF800000, 0x7FC00001, 0xFFC00000, 1}
		return value.OfFloat32(math.Float32frombits(rapid.OneOf(rapid.Uint32(), rapid.SampledFrom(special)).Draw(t, "bits")))
	case value.Float64:
		special := []uint64{0, 1 << 63, 0x7FF << 52, 0xFFF << 52, 0x7FF8000000000001, 0xFFF8000000000000, 1}
		return value.OfFloat64(math.Float64frombits(rapid.OneOf(rapid.Uint64(), rapid.SampledFrom(special)).Draw(t, "bits")))
	case value.String:
		runes := rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune{0, '"', ',', '\n', '\r', ';', ' ', 0x301, '=', '\\'}))
		return value.OfString(rapid.StringOfN(runes, 0, 12, -1).Draw(t, "text"))
	case value.Bytes:
		return value.OfBytes(rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, "bytes"))
	case value.UnixTimestamp:
		edges := []int64{int64(eventtime.Min), int64(eventtime.Max), 0, -1, 1}
		return value.OfInstant(eventtime.Instant(rapid.OneOf(rapid.Int64Range(edges[0], edges[1]), rapid.SampledFrom(edges)).Draw(t, "instant")))
	case value.Date:
		return value.OfDate(int32(rapid.IntRange(-719162, 2932896).Draw(t, "days")))
	case value.Uuid:
		return value.OfUuid([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid")))
	case value.Decimal:
		return value.OfText(value.Decimal, rapid.StringMatching(`-?[1-9][0-9]{0,24}(\.[0-9]{1,12})?`).Draw(t, "decimal"))
	}
	return value.OfText(value.Json, rapid.SampledFrom([]string{`{}`, `[1, 2]`, `"é"`, `null`, `{"a":1.50}`, `9007199254740993`}).Draw(t, "json"))
}

// A source is a file in memory. It implements tablefile.Source.
type source struct{ name, text string }

func (s source) Name() string { return s.name }
func (s source) Size() int64  { return int64(len(s.text)) }

func (s source) Acquire(context.Context) (io.ReaderAt, func() error, error) {
	return strings.NewReader(s.text), func() error { return nil }, nil
}

// open opens the bytes of a file by the extension of its name.
func open(name, text string, opt *tablefile.Options) (*tablefile.File, error) {
	format, err := tablefile.FormatOf(name)
	if err != nil {
		return nil, err
	}
	return tablefile.Open(context.Background(), source{name, text}, format, opt)
}

// read opens a file and reads all of the wanted columns, part after part.
func read(name, text string, opt *tablefile.Options, columns ...tablefile.Column) (*value.Batch, error) {
	f, err := open(name, text, opt)
	if err != nil {
		return nil, err
	}
	return readFile(f, columns)
}

func readFile(f *tablefile.File, columns []tablefile.Column) (*value.Batch, error) {
	parts, err := f.Select(columns)
	if err != nil {
		return nil, err
	}
	out := &value.Batch{}
	var names []string
	var dst []*value.Column
	for _, c := range columns {
		names, dst = append(names, c.Name), append(dst, value.NewColumn(c.Type, 0))
		out.Add(c.Name, value.NewColumn(c.Type, 0))
	}
	for _, p := range parts {
		if err := p.Read(context.Background(), names, nil, dst); err != nil {
			return nil, err
		}
		for i := range dst {
			if dst[i].Len() != p.Rows() {
				return nil, fmt.Errorf("a part of %d rows gave %d", p.Rows(), dst[i].Len())
			}
			for r := range dst[i].Len() {
				out.Columns[i].Append(dst[i].At(r))
			}
		}
		out.Rows += p.Rows()
	}
	return out, nil
}

// column is a wanted column of the same name in the file.
func column(name string, t value.Type) tablefile.Column {
	return tablefile.Column{Name: name, File: name, Type: t}
}

// readColumn reads one column and returns its values as text, null as "null".
func readColumn(name, text string, opt *tablefile.Options, c tablefile.Column) ([]string, error) {
	b, err := read(name, text, opt, c)
	if err != nil {
		return nil, err
	}
	return texts(b.Columns[0]), nil
}

func texts(c *value.Column) []string {
	var out []string
	for i := range c.Len() {
		if c.Null(i) {
			out = append(out, "null")
			continue
		}
		out = append(out, string(tablefile.AppendText(nil, c.At(i), c.Type)))
	}
	return out
}

// wantError checks the code of an error and that its text mentions every one of the words.
func wantError(t *testing.T, err error, code errs.Code, words ...string) {
	t.Helper()
	if errs.CodeOf(err) != code {
		t.Fatalf("got code %v (%v), want %v", errs.CodeOf(err), err, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not mention %q", err, w)
		}
	}
}
