package drivers_test

import (
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
	"github.com/truepoint/truepoint/internal/dynamodbtest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

func TestStoreInDynamoDB(t *testing.T) {
	t.Parallel()
	c := at(t.TempDir())
	c.Online = config.Store{Type: "dynamodb", Options: config.Options{
		"region": "us-east-1", "endpoint_url": dynamodbtest.Endpoint(t), "table_name_template": dynamodbtest.Template(),
		"consistent_reads": "true", "batch_size": "40", "read_timeout": "2.5", "total_max_retry_attempts": "3", "retry_mode": "standard",
		"tags": `{"team":"ranking"}`,
	}}
	if err := os.WriteFile(filepath.Join(c.Dir, "city.csv"), []byte("user_id,at,city\n1,2026-01-01T00:00:00Z,Seoul\n2,2026-01-02T00:00:00Z,Busan\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	opt, err := drivers.Open(t.Context(), c, clock)
	if err != nil {
		t.Fatal(err)
	}
	store, err := truepoint.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	set := &feature.Set{
		Project:  "p",
		Entities: []*feature.Entity{{Name: "user", JoinKeys: []string{"user_id"}, ValueType: value.Scalar(value.Int64)}},
		Sources:  []*feature.Source{{Name: "city", Type: feature.FileSource, Path: "city.csv", TimestampField: "at"}},
		Views: []*feature.View{{
			Name: "city", Entities: []string{"user"}, Source: "city", Online: true, TTL: 60 * eventtime.Day,
			Schema: []feature.Field{{Name: "city", Type: value.Scalar(value.String)}},
		}},
	}
	p, err := store.Plan(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Apply(t.Context(), p, apply.Options{}); err != nil {
		t.Fatal(err)
	}
	report, err := store.Materialize(t.Context(), &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: eventtime.Instant(1767225600e6), End: eventtime.Instant(1769904000e6)})
	if err != nil || len(report.Views) != 1 || report.Views[0].Run == nil || report.Views[0].Run.Written != 2 {
		t.Fatalf("materialize: %+v, %v", report, err)
	}
	read, err := store.Online(t.Context(), &truepoint.OnlineRequest{
		Entities: []input.Column{input.FromTexts("user_id", []string{"2", "9", "1"})}, AsOf: eventtime.Instant(1769904000e6), Features: []string{"city:city"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, cell := range read.Columns[0].Cells {
		got = append(got, text(cell.Value))
	}
	if strings.Join(got, " ") != "Busan null Seoul" {
		t.Errorf("online: got %s", got)
	}
	torn, err := store.Teardown(t.Context())
	if err != nil || len(torn.Tables) != 1 {
		t.Errorf("teardown: %+v, %v", torn, err)
	}
}

func TestATemplateThatNamesNoTablesIsAFaultOfTheFile(t *testing.T) {
	t.Parallel()
	c := at(t.TempDir())
	c.Online = config.Store{Type: "dynamodb", Options: config.Options{"region": "us-east-1", "table_name_template": "features"}, Pos: errs.Position{File: "feature_store.yaml", Line: 4, Column: 9}}
	_, err := drivers.Open(t.Context(), c, clock)
	if all := errs.All(err); len(all) != 1 || all[0].Code != errs.InvalidArgument || all[0].Pos != c.Online.Pos || all[0].Hint == "" {
		t.Errorf("got %v, want a fault at its place with a hint", err)
	}
}
