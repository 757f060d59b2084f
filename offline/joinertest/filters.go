package joinertest

import (
	"context"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// filterColumns are the columns that random filters read.
var filterColumns = []value.Field{
	{Name: "i", Type: value.Scalar(value.Int64)}, {Name: "j", Type: value.Scalar(value.Int32)}, {Name: "f", Type: value.Scalar(value.Float64)},
	{Name: "g", Type: value.Scalar(value.Float32)}, {Name: "s", Type: value.Scalar(value.String)}, {Name: "b", Type: value.Scalar(value.Bool)},
}

// RunFilters draws random filters of the part of the language that is rendered, over rows with nulls and numbers at the ends
// of their types. The engine must select the rows that expr selects.
func RunFilters(t *testing.T, e Engine) {
	t.Helper()
	columns, rows := filterRows()
	source, err := e.Table(context.Background(), columns, []*value.Batch{rows})
	if err != nil {
		t.Fatal(err)
	}
	selected, asked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var texts []string
		for range rapid.IntRange(1, 8).Draw(t, "filters") {
			texts = append(texts, condition(t, 3))
		}
		n, of := selects(t, e, source, rows, texts)
		selected, asked = selected+n, asked+of
	})
	if err := e.Clear(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !t.Failed() && (selected*10 < asked || selected*10 > asked*9) {
		t.Errorf("%d of %d rows are selected: the filters are too easy", selected, asked)
	}
	t.Logf("filters select %d of %d rows", selected, asked)
}

// filterRows returns a history in which every two columns have many pairs of values.
func filterRows() ([]value.Field, *value.Batch) {
	ints := []value.Value{{}, value.OfInt64(0), value.OfInt64(-1), value.OfInt64(2), value.OfInt64(7), value.OfInt64(math.MaxInt64), value.OfInt64(math.MinInt64)}
	smalls := []value.Value{value.OfInt32(0), {}, value.OfInt32(3), value.OfInt32(-7), value.OfInt32(math.MaxInt32), value.OfInt32(math.MinInt32)}
	floats := []value.Value{value.OfFloat64(0.1), value.OfFloat64(math.Copysign(0, -1)), {}, value.OfFloat64(math.Float64frombits(0x7FF8 << 48)), value.OfFloat64(math.Inf(-1)), value.OfFloat64(7)}
	singles := []value.Value{value.OfFloat32(0.1), value.OfFloat32(math.Float32frombits(0x7FC0 << 16)), value.OfFloat32(0), {}, value.OfFloat32(7), value.OfFloat32(-1)}
	texts := []value.Value{value.OfString(""), {}, value.OfString("a"), value.OfString("B"), value.OfString("ä"), value.OfString(`a\'`), value.OfString("b")}
	flags := []value.Value{value.OfBool(true), value.OfBool(false), {}}
	columns := append([]value.Field{{Name: "event", Type: value.Scalar(value.UnixTimestamp)}, {Name: "position", Type: value.Scalar(value.Int64)}}, filterColumns...)
	b := &value.Batch{}
	for _, c := range columns {
		b.Add(c.Name, value.NewColumn(c.Type, 0))
	}
	for row := range 210 {
		b.Columns[0].Append(value.OfInstant(eventtime.Instant(row)))
		b.Columns[1].Append(value.OfInt64(int64(row)))
		for c, all := range [][]value.Value{ints, smalls, floats, singles, texts, flags} {
			b.Columns[2+c].Append(all[(row*(c+1)+row/7)%len(all)])
		}
		b.Rows++
	}
	return columns, b
}

// selects compares which rows filters select; it returns how many they are, of how many.
func selects(t *rapid.T, e Engine, source *feature.Source, rows *value.Batch, texts []string) (selected, asked int) {
	ctx := context.Background()
	w := pit.WindowScan{Name: "filters", Table: pit.MemTable(rows), Layout: pit.Layout{Event: "event"}}
	for i, text := range texts {
		p, err := expr.Compile(text, expr.Scope{Columns: filterColumns}, value.Scalar(value.Bool))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		where, err := p.Filter()
		if err != nil {
			t.Fatal(err)
		}
		spec := agg.Spec{Function: agg.FirstN, Input: value.Scalar(value.Int64), N: agg.CountMax}
		w.Features = append(w.Features, pit.WindowFeature{Name: fmt.Sprint("f", i), Column: "position", Spec: spec, Where: where})
	}
	plan := pit.Plan{Spine: pit.Spine{Columns: &value.Batch{Rows: 1}, AsOf: []eventtime.Instant{1000}}, Windows: []pit.WindowScan{w}}
	want, err := pit.NaiveWindows(ctx, &plan)
	if err != nil {
		t.Fatal(err)
	}
	plan.Windows[0].Table = nil
	j := &offline.Join{Plan: &plan, WindowSources: []*feature.Source{source}, WindowSettle: [][]value.Field{nil}}
	got, err := e.Join(ctx, j)
	if errs.CodeOf(err) == errs.Unimplemented {
		return 0, 0
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, script(ctx, e, j))
	}
	if err := pittest.SameWindows(got.Windows, want); err != nil {
		t.Fatalf("%q: %v\n%s", texts, err, script(ctx, e, j))
	}
	for _, c := range want[0].Columns {
		selected, asked = selected+len(c.At(0).List()), asked+rows.Rows
	}
	return selected, asked
}

// condition draws a Bool.
func condition(t *rapid.T, depth int) string {
	if depth == 0 {
		return rapid.SampledFrom([]string{"b", "true", "is_null(s)", "is_null(f)", "is_nan(g)"}).Draw(t, "condition")
	}
	compared := func(operand func(*rapid.T, int) string) string {
		operator := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "comparison")
		return fmt.Sprintf("(%s %s %s)", operand(t, depth-1), operator, operand(t, depth-1))
	}
	switch rapid.IntRange(0, 11).Draw(t, "form") {
	case 0, 1:
		return compared(whole)
	case 2:
		return compared(float)
	case 3:
		return compared(text)
	case 4:
		return fmt.Sprintf("(%s && %s)", condition(t, depth-1), condition(t, depth-1))
	case 5:
		return fmt.Sprintf("(%s || %s)", condition(t, depth-1), condition(t, depth-1))
	case 6:
		return "!" + condition(t, depth-1)
	case 7:
		return fmt.Sprintf("(%s ? %s : %s)", condition(t, depth-1), condition(t, depth-1), condition(t, depth-1))
	case 8:
		return fmt.Sprintf("is_null(%s)", rapid.SampledFrom([]func(*rapid.T, int) string{whole, float, text, condition}).Draw(t, "of")(t, depth-1))
	case 9:
		return fmt.Sprintf("(%s in [1, -1, 7])", whole(t, depth-1))
	case 10:
		return fmt.Sprintf("(%s in ['a', 'ä', ''])", text(t, depth-1))
	}
	return fmt.Sprintf("coalesce(%s, %s)", condition(t, depth-1), condition(t, depth-1))
}

// whole draws an Int.
func whole(t *rapid.T, depth int) string {
	if depth == 0 {
		return rapid.SampledFrom([]string{"i", "i", "j", "j", "0", "2", "-3", "7", "9223372036854775807", "-9223372036854775807"}).Draw(t, "int")
	}
	switch n := rapid.IntRange(0, 7).Draw(t, "form"); n {
	case 0, 1, 2, 3, 4:
		return fmt.Sprintf("(%s %s %s)", whole(t, depth-1), []string{"+", "-", "*", "//", "%"}[n], whole(t, depth-1))
	case 5:
		return fmt.Sprintf("(%s ? %s : %s)", condition(t, depth-1), whole(t, depth-1), whole(t, depth-1))
	case 6:
		return fmt.Sprintf("coalesce(%s, %s)", whole(t, depth-1), whole(t, depth-1))
	}
	return whole(t, 0)
}

// float draws a Float, or an Int that stands for one.
func float(t *rapid.T, depth int) string {
	if depth == 0 || rapid.Bool().Draw(t, "plain") {
		return rapid.SampledFrom([]string{"f", "f", "g", "g", "0.1", "0.0", "-7.0", "7", "i", "j"}).Draw(t, "float")
	}
	return fmt.Sprintf("coalesce(%s, f, %s)", float(t, depth-1), float(t, depth-1))
}

// text draws a String.
func text(t *rapid.T, depth int) string {
	if depth == 0 || rapid.Bool().Draw(t, "plain") {
		return rapid.SampledFrom([]string{"s", "s", "'a'", "'b'", `'a\\\''`, "'A'", "''"}).Draw(t, "text")
	}
	return fmt.Sprintf("(%s ? %s : %s)", condition(t, depth-1), text(t, depth-1), text(t, depth-1))
}
