package feature_test

import (
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// flights returns a set with two views, one of which serves two roles in a service.
func flights() *feature.Set {
	text, number := value.Scalar(value.String), value.Scalar(value.Int64)
	s := &feature.Set{
		Project: "p",
		Entities: []*feature.Entity{
			{Name: "airport", JoinKeys: []string{"airport"}, ValueType: text},
			{Name: "plane", JoinKeys: []string{"tail", "owner_no"}, ValueType: number},
		},
		Sources: []*feature.Source{
			{Name: "weather", Type: feature.FileSource, Path: "w.csv", TimestampField: "ts"},
			{Name: "weather_push", Type: feature.PushSource, BatchSource: "weather"},
			{Name: "age", Type: feature.FileSource, Path: "a.csv", TimestampField: "ts"},
		},
		Views: []*feature.View{
			{Name: "weather", Entities: []string{"airport"}, Source: "weather_push", Schema: []feature.Field{{Name: "wind", Type: number}, {Name: "age", Type: number}}},
			{Name: "plane_age", Entities: []string{"plane"}, Source: "age", Schema: []feature.Field{{Name: "age", Type: number}}},
			{Name: "world", Source: "age", Schema: []feature.Field{{Name: "oil", Type: number}}},
		},
		Services: []*feature.Service{{Name: "delay", OnError: "fail", Features: []feature.Projection{
			{View: "weather", Features: []string{"wind"}, Alias: "origin", JoinKeyMap: map[string]string{"airport": "origin_airport"}},
			{View: "weather", Features: []string{"wind"}, Alias: "dest", JoinKeyMap: map[string]string{"airport": "dest_airport"}},
			{View: "plane_age"},
		}}},
	}
	s.Sort()
	return s
}

func TestParseRef(t *testing.T) {
	t.Parallel()
	if r, err := feature.ParseRef("v:f"); err != nil || r != (feature.Ref{View: "v", Feature: "f"}) || r.String() != "v:f" {
		t.Errorf("got %v, %v", r, err)
	}
	for _, bad := range []string{"", "v", ":f", "v:", "v:f:g", "v@2:f", "v: f", "v:f\n", "v:\x00", strings.Repeat("x", 600) + ":f"} {
		if _, err := feature.ParseRef(bad); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func TestSelectRefsAnswersInOrder(t *testing.T) {
	t.Parallel()
	sel, err := flights().SelectRefs([]string{"weather:wind", "plane_age:age", "weather:wind", "world:oil"}, feature.ShortNames)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, o := range sel.Order {
		names = append(names, o.Name)
	}
	if strings.Join(names, " ") != "wind age wind oil" || len(sel.Uses) != 3 || len(sel.Uses[0].Fields) != 1 || sel.Order[0] != sel.Order[2] {
		t.Errorf("order %v, uses %+v", names, sel.Uses)
	}
	var request []string
	for _, f := range sel.Request {
		request = append(request, f.Name+" "+f.Type.String())
	}
	if strings.Join(request, ", ") != "airport String, owner_no Int64, tail Int64" {
		t.Errorf("request columns: %v", request)
	}
	if sel.Uses[0].Source.Name != "weather" || len(sel.Uses[2].Keys) != 0 {
		t.Errorf("a push source stands for its batch source; a view without entities has no keys: %+v", sel.Uses)
	}
}

func TestSelectRefsReportsEveryFault(t *testing.T) {
	t.Parallel()
	_, err := flights().SelectRefs([]string{"wether:wind", "weather:wnd", "x"}, feature.ShortNames)
	var ids []string
	for _, e := range errs.All(err) {
		ids = append(ids, e.ID+" "+e.Hint)
	}
	want := "T0011 did you mean weather?|T0012 did you mean wind?|T0010 write view:feature, such as user_features:age"
	if strings.Join(ids, "|") != want {
		t.Errorf("got %v", ids)
	}
	if _, err := flights().SelectRefs(nil, feature.ShortNames); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("an empty list: %v", err)
	}
}

func TestClashesNeedFullNames(t *testing.T) {
	t.Parallel()
	refs := []string{"weather:age", "plane_age:age"}
	_, err := flights().SelectRefs(refs, feature.ShortNames)
	if err == nil || !strings.Contains(err.Error(), "weather:age and plane_age:age") {
		t.Errorf("got %v", err)
	}
	sel, err := flights().SelectRefs(refs, feature.FullNames)
	if err != nil || sel.Order[0].Name != "weather__age" || sel.Order[1].Name != "plane_age__age" {
		t.Errorf("got %+v, %v", sel, err)
	}
}

func TestSelectServiceRenamesKeys(t *testing.T) {
	t.Parallel()
	sel, err := flights().SelectService("delay", feature.FullNames)
	if err != nil {
		t.Fatal(err)
	}
	if len(sel.Uses) != 3 || sel.Uses[0].Columns[0] != "origin_airport" || sel.Uses[1].Columns[0] != "dest_airport" || sel.OnError != "fail" {
		t.Errorf("got %+v", sel)
	}
	if sel.Order[0].Name != "origin__wind" || sel.Order[1].Name != "dest__wind" || sel.Order[2].Name != "plane_age__age" {
		t.Errorf("got %+v", sel.Order)
	}
	if _, err := flights().SelectService("dely", feature.FullNames); errs.CodeOf(err) != errs.NotFound || errs.All(err)[0].Hint != "did you mean delay?" {
		t.Errorf("got %v", err)
	}
}

func TestJoinKeysNeedTypes(t *testing.T) {
	t.Parallel()
	s := flights()
	s.Entities[0].ValueType = value.Type{}
	v, _ := s.View("weather")
	if _, err := s.JoinKeys(v); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("got %v", err)
	}
}

func TestLookupsWorkInAnyOrder(t *testing.T) {
	t.Parallel()
	s := flights()
	s.Views[0], s.Views[2] = s.Views[2], s.Views[0]
	for _, name := range []string{"weather", "plane_age", "world"} {
		if v, ok := s.View(name); !ok || v.Name != name {
			t.Errorf("%s is not found", name)
		}
	}
	if _, ok := s.View("x"); ok {
		t.Error("x is found")
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	null, absent := "0", "-1"
	f := feature.Field{Name: "a", Type: value.Scalar(value.Int64), Default: &feature.Default{Null: &null, Absent: &absent}}
	for _, c := range []struct {
		in      value.Value
		st      value.Status
		want    value.Value
		applied bool
	}{
		{value.OfInt64(7), value.Present, value.OfInt64(7), false},
		{value.Value{}, value.Present, value.OfInt64(0), true},
		{value.Value{}, value.NullValue, value.OfInt64(0), true},
		{value.Value{}, value.NotFound, value.OfInt64(-1), true},
		{value.Value{}, value.OutsideMaxAge, value.OfInt64(-1), true},
		{value.Value{}, value.Error, value.Value{}, false},
	} {
		if got, applied := f.ApplyDefault(c.in, c.st); !got.Identical(c.want) || applied != c.applied {
			t.Errorf("%v: got %v, %v", c.st, got, applied)
		}
	}
	f.Default = &feature.Default{Null: &null}
	if got, applied := f.ApplyDefault(value.Value{}, value.NotFound); applied || !got.IsNull() {
		t.Error("null and absent stay apart")
	}
	for _, bad := range []string{"null", "1.5", `"x"`, "", "1 2"} {
		f.Default = &feature.Default{Absent: &bad}
		if _, err := f.Defaults(); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("default %q: got %v", bad, err)
		}
	}
}

func TestFingerprintCoversWhatAffectsValues(t *testing.T) {
	t.Parallel()
	s := flights()
	v, _ := s.View("weather")
	src, _ := s.Source("weather")
	e, _ := s.Entity("airport")
	base := v.Fingerprint(s)
	zero := "0"
	type change struct {
		name  string
		apply func()
	}
	same := []change{
		{"description", func() { v.Description = "x" }}, {"tags", func() { v.Tags = map[string]string{"a": "b"} }}, {"owner", func() { v.Owner = "x" }},
		{"schedule", func() { v.Schedule = "1d" }}, {"online", func() { v.Online = true }}, {"generation", func() { v.Generation = 4 }},
		{"field description", func() { v.Schema[0].Description = "x" }}, {"source description", func() { src.Description = "x" }},
		{"order of fields", func() { v.Schema[0], v.Schema[1] = v.Schema[1], v.Schema[0] }}, {"the push source itself", func() { v.Source = "weather" }},
	}
	for _, c := range same {
		if c.apply(); v.Fingerprint(s) != base {
			t.Errorf("%s changes the fingerprint", c.name)
		}
	}
	differ := []change{
		{"ttl", func() { v.TTL = 1 }}, {"field", func() { v.Schema[0].Name = "y" }}, {"type", func() { v.Schema[0].Type = value.Scalar(value.Int32) }},
		{"default", func() { v.Schema[0].Default = &feature.Default{Null: &zero} }}, {"path", func() { src.Path = "x" }}, {"event column", func() { src.TimestampField = "x" }},
		{"created column", func() { src.CreatedTimestampColumn = "x" }}, {"availability", func() { src.Availability = eventtime.Availability{Rule: eventtime.ByDelay, Delay: 1} }},
		{"delay", func() { src.Availability.Delay = 2 }}, {"field mapping", func() { src.FieldMapping = map[string]string{"a": "b"} }}, {"timezone", func() { src.Timezone = "UTC" }},
		{"unit", func() { src.TimestampUnit = "s" }}, {"tie break", func() { src.TieBreak = []string{"x"} }}, {"deleted column", func() { src.DeletedColumn = "x" }},
		{"key type", func() { e.ValueType = value.Scalar(value.Int64) }}, {"key name", func() { e.JoinKeys = []string{"x"} }}, {"fewer fields", func() { v.Schema = v.Schema[:1] }},
		{"no entities", func() { v.Entities = nil }}, {"source", func() { v.Source = "age" }},
	}
	seen := map[string]string{base: "base"}
	for _, c := range differ {
		c.apply()
		f := v.Fingerprint(s)
		if was, twice := seen[f]; twice {
			t.Errorf("%s gives the fingerprint of %s", c.name, was)
		}
		seen[f] = c.name
	}
}

func TestTablesAndSchemas(t *testing.T) {
	t.Parallel()
	v := feature.View{Name: "v", Generation: 3, Schema: []feature.Field{{Name: "a", Type: value.Scalar(value.Int64)}}}
	if v.Table("p") != "p/v/3" || v.TableAt("p", 2) != "p/v/2" {
		t.Errorf("got %s, %s", v.Table("p"), v.TableAt("p", 2))
	}
	if s := v.RowSchema(); s.ID != 1 || len(s.Fields) != 1 {
		t.Errorf("a view that was never applied: %+v", s)
	}
	v.Schemas = []value.Schema{{ID: 4}, {ID: 7}}
	if v.RowSchema().ID != 7 {
		t.Errorf("got %d, want the newest", v.RowSchema().ID)
	}
	if _, ok := v.SchemaAt(5); ok {
		t.Error("schema 5 is found")
	}
	if s, ok := v.SchemaAt(4); !ok || s.ID != 4 {
		t.Errorf("got %+v", s)
	}
}

func TestBadInput_13_project_names(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "../x", "con", "COM1", strings.Repeat("x", 300), "a b", "a/b", "1a", "ä", "a.b", "-a", "event_timestamp"} {
		err := feature.CheckProject(bad)
		if errs.CodeOf(err) != errs.InvalidArgument || errs.All(err)[0].Hint == "" || errs.All(err)[0].ID != "T0100" {
			t.Errorf("%q: got %v", bad, err)
		}
	}
	for _, good := range []string{"p", "fraud_detection", "My-Project", "_x", "console"} {
		if err := feature.CheckProject(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestFeastNamesAreFreer(t *testing.T) {
	t.Parallel()
	s := &feature.Set{Entities: []*feature.Entity{{Name: "Driver-ID", JoinKeys: []string{"Driver-ID"}}}}
	if err := feature.Validate(s); err == nil {
		t.Error("our own files have our own rule")
	}
	s.Entities[0].Origin.Feast = true
	if err := feature.Validate(s); err != nil {
		t.Error(err)
	}
	s.Entities = append(s.Entities, &feature.Entity{Name: "driver-id", JoinKeys: []string{"x"}, Origin: feature.Origin{Feast: true}})
	if err := feature.Validate(s); err == nil || errs.All(err)[0].ID != "T0174" {
		t.Errorf("names that differ in case: %v", err)
	}
}

func TestValidateAcceptsASoundSet(t *testing.T) {
	t.Parallel()
	if err := feature.Validate(flights()); err != nil {
		t.Error(err)
	}
}
