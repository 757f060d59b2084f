package sqlgen_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/sqlgen"
	"github.com/truepoint/truepoint/value"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var dialects = map[string]*sqlgen.Dialect{"postgres": sqlgen.Postgres(), "duckdb": sqlgen.DuckDB(), "bigquery": sqlgen.BigQuery()}

// plans are the golden plans by name: the plainest, and one with everything.
func plans() map[string]*sqlgen.Plan {
	user := value.Field{Name: "user_id", Type: value.Scalar(value.Int64)}
	plain := sqlgen.View{
		Name: "user_stats", From: sqlgen.From{Table: []string{"public", "user_stats"}},
		Layout: pit.Layout{Keys: []string{"user_id"}, Event: "event_timestamp", Features: []string{"amount"}, FeatureTypes: []value.Type{value.Scalar(value.Float64)}},
		Spine:  []string{"user_id"}, TTL: 7 * eventtime.Day,
	}
	full := sqlgen.View{
		Name: "card", From: sqlgen.From{
			Query: "SELECT *, 'a;b' AS note FROM cards -- of all banks",
			Own: func(name string) string {
				if name == "amount" {
					return `Amount "EUR"`
				}
				return name
			},
		},
		Layout: pit.Layout{
			Keys: []string{"card", "issued"}, Event: "at", Created: "created", Deleted: "gone", Sequence: "__truepoint_sequence",
			TieBreak: []string{"batch", "score"}, Features: []string{"amount", "bank"},
			FeatureTypes: []value.Type{value.Scalar(value.Float64), value.Scalar(value.String)},
		},
		RankTypes: []value.Type{value.Scalar(value.String), value.Scalar(value.Float64)},
		Spine:     []string{"card_no", "card_issued"}, TTL: eventtime.Hour,
		Availability: eventtime.Availability{Rule: eventtime.ByDelay, Delay: 10 * eventtime.Minute},
		Settle:       []value.Field{{Name: "amount", Type: value.Scalar(value.Float64)}, {Name: "bank", Type: value.Scalar(value.String)}},
	}
	global := sqlgen.View{
		Name: "rates", From: sqlgen.From{Table: []string{"rates"}}, Availability: eventtime.Availability{Rule: eventtime.ByCreatedTime},
		Layout: pit.Layout{Event: "day", Created: "known", Features: []string{"eur"}, FeatureTypes: []value.Type{value.Scalar(value.Decimal)}},
	}
	card := []value.Field{{Name: "card_no", Type: value.Scalar(value.String)}, {Name: "card_issued", Type: value.Scalar(value.UnixTimestamp)}}
	return map[string]*sqlgen.Plan{
		"plain": {Spine: []value.Field{user}, Views: []sqlgen.View{plain}},
		"full":  {Spine: card, Views: []sqlgen.View{full, global}, Known: pit.KnownAtInstant, KnownAt: 1_773_316_800_000_001},
		"as_of": {Views: []sqlgen.View{global}, Known: pit.KnownAtAsOf},

		"windows":   {Spine: []value.Field{user}, Windows: []sqlgen.WindowView{spending()}},
		"snapshots": {Spine: []value.Field{user}, Windows: []sqlgen.WindowView{visits()}, Known: pit.KnownAtInstant, KnownAt: 1_773_316_800_000_001},
		"groups":    {Spine: []value.Field{user}, Windows: []sqlgen.WindowView{byCountry()}},
	}
}

// byCountry is maps, which BigQuery does not answer.
func byCountry() sqlgen.WindowView {
	v := spending()
	v.Features = v.Features[:2]
	v.Features[1].By, v.Features[1].Last = "country", 10
	return v
}

// spending is plain windows of a stream.
func spending() sqlgen.WindowView {
	week := eventtime.Window{Length: 7 * eventtime.Day}
	amount := agg.Spec{Function: agg.Sum, Input: value.Scalar(value.Float64)}
	return sqlgen.WindowView{
		View: sqlgen.View{
			Name: "spending", From: sqlgen.From{Table: []string{"public", "payments"}}, Spine: []string{"user_id"},
			Layout: pit.Layout{Keys: []string{"user_id"}, Event: "at"},
		},
		Features: []pit.WindowFeature{
			{Name: "payments_7d", Spec: agg.Spec{Function: agg.Count}, Window: week},
			{Name: "spent_7d", Column: "amount", Spec: amount, Window: week},
			{Name: "spent_7d_before", Column: "amount", Spec: amount, Window: eventtime.Window{Length: week.Length, Offset: week.Length, Hop: eventtime.Hour}},
			{Name: "spent_abroad_7d", Column: "amount", Spec: amount, Window: week, Where: filter("country != 'FR' && cents % 100 == 0")},
		},
	}
}

// visits is windows with everything.
func visits() sqlgen.WindowView {
	day, ever := eventtime.Window{Length: eventtime.Day}, eventtime.Window{}
	float, text := value.Scalar(value.Float32), value.Scalar(value.String)
	return sqlgen.WindowView{
		View: sqlgen.View{
			Name: "visits", From: sqlgen.From{Query: "SELECT * FROM visits"}, Spine: []string{"user_id"}, TTL: 4 * eventtime.Day,
			Layout:    pit.Layout{Keys: []string{"user_id"}, Event: "at", Created: "known", Sequence: "__truepoint_sequence", TieBreak: []string{"batch"}},
			RankTypes: []value.Type{text}, Availability: eventtime.Availability{Rule: eventtime.ByDelay, Delay: eventtime.Minute},
			Settle: []value.Field{{Name: "page", Type: text}},
		},
		EventID: value.Field{Name: "visit", Type: text}, Refresh: eventtime.Day, Delay: eventtime.Hour,
		Features: []pit.WindowFeature{
			{Name: "deviation", Column: "seconds", Spec: agg.Spec{Function: agg.StddevSamp, Input: float}, Window: day},
			{Name: "mean", Column: "seconds", Spec: agg.Spec{Function: agg.Mean, Input: float}, Window: day, Last: 10, Where: filter("page == 'a\\\\b\\'c'")},
			{Name: "longest", Column: "seconds", Spec: agg.Spec{Function: agg.Max, Input: float}, Window: day},
			{Name: "pages", Column: "page", Spec: agg.Spec{Function: agg.CountDistinct, Input: text}, Window: ever},
			{Name: "first", Column: "page", Spec: agg.Spec{Function: agg.First, Input: text}, Window: ever},
			{Name: "last_3", Column: "page", Spec: agg.Spec{Function: agg.LastN, Input: text, N: 3}, Window: day},
		},
	}
}

func filter(source string) pit.Filter {
	columns := []value.Field{
		{Name: "country", Type: value.Scalar(value.String)}, {Name: "page", Type: value.Scalar(value.String)}, {Name: "cents", Type: value.Scalar(value.Int64)},
		{Name: "small", Type: value.Scalar(value.Int32)}, {Name: "score", Type: value.Scalar(value.Float32)}, {Name: "flag", Type: value.Scalar(value.Bool)},
		{Name: "at", Type: value.Scalar(value.UnixTimestamp)},
	}
	p, err := expr.Compile(source, expr.Scope{Columns: columns}, value.Scalar(value.Bool))
	if err != nil {
		panic(err)
	}
	f, err := p.Filter()
	if err != nil {
		panic(err)
	}
	return f
}

func TestScriptsAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	for engine, d := range dialects {
		for name, p := range plans() {
			if engine == "bigquery" { // its names hold no quotation marks
				for i := range p.Views {
					p.Views[i].From.Own = nil
				}
			}
			got, err := p.Script(d)
			if name == "groups" && errs.CodeOf(err) == errs.Unimplemented && engine == "bigquery" {
				continue
			}
			if err != nil {
				t.Fatalf("%s, %s: %v", engine, name, err)
			}
			path := filepath.Join("testdata", name+"."+engine+".sql")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil || got != string(want) {
				t.Errorf("%s differs (-update rewrites it): %v\n%s", path, err, got)
			}
		}
	}
}

func TestPlansWithoutMeaningAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*sqlgen.Plan)
		want   string
	}{
		"no event column":         {func(p *sqlgen.Plan) { p.Views[0].Layout.Event = "" }, "no event time column"},
		"no created column":       {func(p *sqlgen.Plan) { p.Views[1].Layout.Created = "" }, "no created time column"},
		"a key without a spine":   {func(p *sqlgen.Plan) { p.Views[0].Spine[0] = "other" }, `no column "other"`},
		"a tie_break of a list":   {func(p *sqlgen.Plan) { p.Views[0].RankTypes[1] = value.ArrayOf(value.Scalar(value.Int64)) }, "no order"},
		"a key that is a number":  {func(p *sqlgen.Plan) { p.Spine[0].Type = value.Scalar(value.Float64) }, "none of a key"},
		"a name that is too long": {func(p *sqlgen.Plan) { p.Views[0].Layout.Event = strings.Repeat("x", 64) }, "at most 63"},
	} {
		p := plans()["full"]
		c.change(p)
		if _, err := p.Script(sqlgen.Postgres()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestCollectorTellsTiesApart(t *testing.T) {
	t.Parallel()
	v := &sqlgen.View{Name: "v", Layout: pit.Layout{
		Features: []string{"a", "b"}, FeatureTypes: []value.Type{value.Scalar(value.Int64), value.Scalar(value.Int64)},
	}}
	row := func(n int64, st value.Status, a, b int64) sqlgen.Row {
		return sqlgen.Row{N: n, Status: st, Event: 1, Created: eventtime.None, Cells: []value.Value{value.OfInt64(a), value.OfInt64(b)}}
	}
	rows := []sqlgen.Row{
		row(0, value.Present, 1, 2), row(0, value.Present, 1, 3), row(0, value.Present, 1, 4), // b is ambiguous, once
		row(1, value.Present, 1, 2), row(1, value.NotFound, 0, 0), // both are: one row is a delete
		row(2, value.OutsideMaxAge, 1, 2), row(2, value.OutsideMaxAge, 3, 4), // none is: nobody sees them
		row(3, value.NotFound, 1, 2), row(3, value.NotFound, 3, 4), // none is: both are deletes
	}
	collect := func(refuse bool) (*pit.ViewResult, error) {
		c := sqlgen.NewCollector(v, 4, refuse)
		for _, r := range rows {
			if err := c.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		return c.Done(4, sqlgen.Counts{Total: 9})
	}
	got, err := collect(false)
	if err != nil || got.Report.Ambiguous[0] != 1 || got.Report.Ambiguous[1] != 2 || got.Columns[1].Ints[0] != 2 || !got.Columns[1].Null(3) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := collect(true); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("refused ties: got %v", err)
	}
	c := sqlgen.NewCollector(v, 4, false)
	if err := c.Add(row(1, value.Present, 1, 1)); errs.CodeOf(err) != errs.Internal {
		t.Errorf("a skipped row: got %v", err)
	}
	if _, err := c.Done(4, sqlgen.Counts{OutOfRange: 1}); errs.CodeOf(err) != errs.Internal {
		t.Errorf("missing rows: got %v", err)
	}
	if _, err := sqlgen.NewCollector(v, 0, false).Done(0, sqlgen.Counts{OutOfRange: 1}); errs.CodeOf(err) != errs.OutOfRange {
		t.Errorf("times that are none: got %v", err)
	}
}
