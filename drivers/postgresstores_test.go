package drivers_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

// inPostgres opens a store whose registry, state, tables and online rows lie in a database, and applies definitions of three views:
// two over tables, one over a file.
func inPostgres(t *testing.T) (*postgrestest.Schema, *truepoint.Store) {
	t.Helper()
	s := postgrestest.New(t)
	s.Exec(t, "CREATE TABLE orders (user_id bigint, at timestamptz, amount numeric)",
		"INSERT INTO orders VALUES (1, '2026-01-01Z', 10.5), (1, '2026-01-03Z', 20), (2, '2026-01-02Z', 7)",
		"CREATE TABLE labels (user_id int, event_timestamp timestamptz, label bool)",
		"INSERT INTO labels VALUES (1, '2026-01-02Z', true), (1, '2026-01-05Z', false), (3, '2026-01-02Z', true)")
	u, err := url.Parse(s.Address)
	if err != nil {
		t.Fatal(err)
	}
	c := at(t.TempDir())
	if err := os.WriteFile(filepath.Join(c.Dir, "city.csv"), []byte("user_id,at,city\n1,2026-01-01T00:00:00Z,Seoul\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.Registry = config.Registry{Type: "postgres", URL: config.Masked(s.Address)}
	c.Offline = config.Store{Type: "postgres", Options: config.Options{"host": u.Query().Get("host"), "database": "postgres", "user": "postgres", "db_schema": s.Name}}
	c.Online = c.Offline
	opt, err := drivers.Open(t.Context(), c, clock)
	if err != nil {
		t.Fatal(err)
	}
	store, err := truepoint.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	view := func(name, source, field string, typ value.Kind) *feature.View {
		return &feature.View{Name: name, Entities: []string{"user"}, Source: source, Online: true, Schema: []feature.Field{{Name: field, Type: value.Scalar(typ)}}}
	}
	set := &feature.Set{
		Project:  "p",
		Entities: []*feature.Entity{{Name: "user", JoinKeys: []string{"user_id"}, ValueType: value.Scalar(value.Int64)}},
		Sources: []*feature.Source{
			{Name: "orders", Type: "postgres", Table: "orders", TimestampField: "at"},
			{Name: "big", Type: "postgres", Query: "SELECT * FROM " + s.Name + ".orders WHERE amount > 8", TimestampField: "at"},
			{Name: "city", Type: feature.FileSource, Path: "city.csv", TimestampField: "at"},
		},
		Views: []*feature.View{view("orders", "orders", "amount", value.Float64), view("big", "big", "amount", value.Decimal), view("city", "city", "city", value.String)},
	}
	p, err := store.Plan(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Apply(t.Context(), p, apply.Options{}); err != nil {
		t.Fatal(err)
	}
	return s, store
}

// shown returns a column of a training set as text.
func shown(t *testing.T, store *truepoint.Store, req *truepoint.HistoricalRequest, name string) string {
	t.Helper()
	res, err := store.Historical(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := range res.Batch.Rows {
		out = append(out, text(res.Batch.Column(name).At(i)))
	}
	return strings.Join(out, " ")
}

func text(v value.Value) string {
	switch {
	case v.IsNull():
		return "null"
	case v.Kind() == value.Float64:
		return fmt.Sprint(v.Float())
	}
	return v.Text()
}

func TestStoreInPostgres(t *testing.T) {
	t.Parallel()
	s, store := inPostgres(t)
	spine := "SELECT * FROM " + s.Name + ".labels ORDER BY user_id, event_timestamp"
	there := &truepoint.HistoricalRequest{SpineSQL: spine, Features: []string{"orders:amount", "big:amount"}, Names: feature.FullNames}
	script, err := store.HistoricalScript(t.Context(), there)
	if err != nil || !strings.Contains(script, "WHERE amount > 8") {
		t.Errorf("script: %v\n%s", err, script)
	}
	if got := shown(t, store, there, "orders__amount"); got != "10.5 20 null" {
		t.Errorf("joined there: %s", got)
	}
	if got := shown(t, store, there, "big__amount"); got != "10.5 20 null" {
		t.Errorf("a query as a source: %s", got)
	}
	mixed := &truepoint.HistoricalRequest{SpineSQL: spine, Features: []string{"orders:amount", "city:city"}}
	if _, err := store.HistoricalScript(t.Context(), mixed); errs.CodeOf(err) != errs.Unimplemented {
		t.Errorf("the script of a mixed join: %v", err)
	}
	if got := shown(t, store, mixed, "amount") + ", " + shown(t, store, mixed, "city"); got != "10.5 20 null, Seoul Seoul null" {
		t.Errorf("joined here: %s", got)
	}
	report, err := store.Materialize(t.Context(), &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: eventtime.Instant(1767225600e6), End: eventtime.Instant(1769904000e6)})
	if err != nil || len(report.Views) != 3 {
		t.Fatalf("materialize: %v", err)
	}
	for _, v := range report.Views {
		if v.Run == nil || v.Run.Written == 0 {
			t.Errorf("view %s was not written: %+v", v.View, v.Run)
		}
	}
	read, err := store.Online(t.Context(), &truepoint.OnlineRequest{
		Entities: []input.Column{input.FromTexts("user_id", []string{"2", "1", "9"})}, AsOf: eventtime.Instant(1769904000e6),
		Features: []string{"orders:amount", "city:city"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, column := range read.Columns {
		for _, c := range column.Cells {
			got = append(got, text(c.Value))
		}
	}
	if want := "7 20 null null Seoul null"; strings.Join(got, " ") != want {
		t.Errorf("online: got %s, want %s", got, want)
	}
	set, _, err := store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	checks, err := store.CheckSources(t.Context(), set)
	if err != nil || len(checks) != 3 || checks[0].Err != nil || checks[1].Err != nil {
		t.Errorf("sources: %+v, %v", checks, err)
	}
}
