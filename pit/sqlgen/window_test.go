package sqlgen_test

import (
	"math"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/pit/sqlgen"
	"github.com/truepoint/truepoint/value"
)

// condition returns the line of a statement that computes a filter.
func condition(t *testing.T, d *sqlgen.Dialect, source string) (string, error) {
	t.Helper()
	v := spending()
	v.Features = []pit.WindowFeature{{Name: "n", Spec: agg.Spec{Function: agg.Count}, Where: filter(source)}}
	p := sqlgen.Plan{Spine: []value.Field{{Name: "user_id", Type: value.Scalar(value.Int64)}}, Windows: []sqlgen.WindowView{v}}
	text, err := p.WindowAnswer(d, 0)
	if err != nil {
		return "", err
	}
	_, text, _ = strings.Cut(text, "CASE WHEN ")
	text, _, _ = strings.Cut(text, " THEN TRUE ELSE FALSE END AS p0")
	return text, nil
}

func TestFiltersAreConditions(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"cents > -5":                     `("cents" > -5)`,
		"cents > 1 && flag && small < 3": `("cents" > 1) AND "flag" AND ("small" < 3)`,
		"!(flag && cents > 1)":           `(NOT (CASE WHEN "flag" IS NOT NULL AND ("cents" > 1) IS NOT NULL THEN "flag" AND ("cents" > 1) END))`,
		"country in ['FR', \"d'Oc\"]":    `("country" COLLATE "C" IN ('FR', 'd''Oc'))`,
		"is_null(at) || flag":            `(CASE WHEN ("at" IS NULL) IS NOT NULL AND "flag" IS NOT NULL THEN ("at" IS NULL) OR "flag" END)`,
		"coalesce(country, '') == ''":    `(COALESCE("country", '') COLLATE "C" = '')`,
		"score >= 0.1":                   `(CASE WHEN (CAST("score" AS double precision) = 'NaN') THEN FALSE ELSE CAST("score" AS double precision) >= CAST('0.1' AS double precision) END)`,
		"cents + small > 7": `((CAST("cents" AS numeric) + CAST("small" AS numeric)) > 7) AND ` +
			`NOT COALESCE((CAST("cents" AS numeric) + CAST("small" AS numeric)) NOT BETWEEN -9223372036854775808 AND 9223372036854775807, FALSE)`,
		"small % 2 == 1":          `(MOD(MOD("small", 2) + 2, 2) = 1)`,
		"flag ? true : small > 3": `(CASE WHEN "flag" THEN TRUE ELSE ("small" > 3) END)`,
	} {
		if got, err := condition(t, sqlgen.Postgres(), source); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", source, got, err, want)
		}
	}
}

func TestFiltersThatEnginesAnswerOtherwiseAreRefused(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"score * 2.0 > 1.0", "score / 3 > 1", "country + 'x' == 'ax'", "matches(country, 'F.')", "hour(at) == 3", "country == '\\x00'", "at == at",
		"cents * cents * cents > 1", "double(cents + 1) > 0.5", "is_null(null)", "lower(country) == 'fr'", "int(score) == 1",
	} {
		if got, err := condition(t, sqlgen.DuckDB(), source); errs.CodeOf(err) != errs.Unimplemented {
			t.Errorf("%s: got %s, %v, want Unimplemented", source, got, err)
		}
	}
}

func TestWindowsThatEnginesAnswerOtherwiseAreRefused(t *testing.T) {
	t.Parallel()
	list := value.ArrayOf(value.Scalar(value.Int64))
	for name, change := range map[string]func(*sqlgen.WindowView){
		"a map of series": func(v *sqlgen.WindowView) {
			v.Features[1].By, v.Features[1].Spec = "country", agg.Spec{Function: agg.LastN, Input: value.Scalar(value.Float64), N: 2}
		},
		"a distinct series": func(v *sqlgen.WindowView) {
			v.Features[1].Spec = agg.Spec{Function: agg.LastDistinctN, Input: list, N: 1}
		},
		"the last list":     func(v *sqlgen.WindowView) { v.Features[1].Spec = agg.Spec{Function: agg.Last, Input: list} },
		"an endless window": func(v *sqlgen.WindowView) { v.Features[0].Window.Length = math.MaxInt64 },
		"no features":       func(v *sqlgen.WindowView) { v.Features = nil },
		"an id of numbers":  func(v *sqlgen.WindowView) { v.EventID = value.Field{Name: "id", Type: value.Scalar(value.Float64)} },
	} {
		v := spending()
		change(&v)
		p := sqlgen.Plan{Spine: []value.Field{{Name: "user_id", Type: value.Scalar(value.Int64)}}, Windows: []sqlgen.WindowView{v}}
		if _, err := p.WindowAnswer(sqlgen.Postgres(), 0); errs.CodeOf(err) != errs.Unimplemented {
			t.Errorf("%s: got %v, want Unimplemented", name, err)
		}
	}
}

func TestWindowCollectorGivesTheValuesOfNothing(t *testing.T) {
	t.Parallel()
	text := value.Scalar(value.String)
	v := &sqlgen.WindowView{View: sqlgen.View{Name: "v"}, Features: []pit.WindowFeature{
		{Name: "count", Spec: agg.Spec{Function: agg.Count}}, {Name: "last", Column: "x", Spec: agg.Spec{Function: agg.LastN, Input: text, N: 2}},
		{Name: "sum", Column: "y", Spec: agg.Spec{Function: agg.Sum, Input: value.Scalar(value.Float64)}},
	}}
	c, err := sqlgen.NewWindowCollector(v, 4)
	if err != nil {
		t.Fatal(err)
	}
	pair := value.OfList(value.Array, []value.Value{value.OfString("new"), value.OfString("old")})
	some := []value.Value{value.OfInt64(2), pair, value.OfFloat64(-math.NaN())}
	for n, st := range []value.Status{value.Present, value.NotFound, value.NullValue, value.OutsideMaxAge} {
		cells := some
		if st == value.NotFound || st == value.NullValue {
			cells = []value.Value{value.OfInt64(0), {}, {}}
		}
		if err := c.Add(sqlgen.WindowRow{N: int64(n), Status: st, Event: eventtime.None, Cells: cells}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := c.Done(4, sqlgen.Counts{Total: 3})
	if err != nil || got.Report.Read != 3 {
		t.Fatalf("got %+v, %v", got, err)
	}
	statuses := []value.Status{value.Present, value.NotFound, value.NotFound, value.OutsideMaxAge}
	for row, want := range []string{"[2 [old new] NaN]", "[0 [] null]", "[null null null]", "[null null null]"} {
		var cells []string
		for _, column := range got.Columns {
			cells = append(cells, pittest.Text(column.At(row)))
		}
		if text := "[" + strings.Join(cells, " ") + "]"; text != want || got.Status[row] != statuses[row] {
			t.Errorf("row %d: got %s, %v, want %s, %v", row, text, got.Status[row], want, statuses[row])
		}
	}
	if !got.Columns[2].At(0).Identical(value.OfFloat64(math.NaN())) {
		t.Error("NaN that an engine computed is not that of agg")
	}
	if err := c.Add(sqlgen.WindowRow{N: 9}); errs.CodeOf(err) != errs.Internal {
		t.Errorf("a skipped row: got %v", err)
	}
}
