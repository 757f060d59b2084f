package httpserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/value"
)

// newOnDemandFixture serves an on-demand view of txn and of the request columns amount and note, with a pushed row of
// user 1.
func newOnDemandFixture(t *testing.T) *fixture {
	t.Helper()
	set := definitions()
	view := &feature.OnDemandView{Name: "now", Sources: []feature.OnDemandSource{{View: "txn"}, {Request: "request", Schema: []feature.Field{
		{Name: "amount", Type: value.Scalar(value.Float64)}, {Name: "note", Type: value.Scalar(value.String)}, {Name: "n", Type: value.Scalar(value.Int64)},
	}}}}
	for _, f := range []struct {
		name string
		kind value.Kind
		text string
	}{
		{"ratio", value.Float64, "amount / amt_avg"}, {"share", value.Float64, "cnt / n"}, {"floor", value.Int64, "cnt // n"}, {"many", value.Int64, "cnt * n"},
		{"bomb", value.Bool, `matches(note, '(a|aa)+b')`},
	} {
		view.Features = append(view.Features, feature.OnDemandFeature{Field: feature.Field{Name: f.name, Type: value.Scalar(f.kind)}, Expression: f.text})
	}
	set.OnDemand = []*feature.OnDemandView{view}
	f := newEmptyFixture(t, set, memoffline.New(), nil)
	f.push(`{"user_id":[1],"cnt":[103],"amt_avg":[13.0],"amt_f32":[1],"country":["FR"],"last_seen":[1],"event_timestamp":["2026-11-24T03:00:00"],"created":["2026-11-24T03:00:00"]}`)
	return f
}

func TestFeastRouteTakesRequestDataAmongTheEntities(t *testing.T) {
	t.Parallel()
	f := newOnDemandFixture(t)
	f.want("/get-online-features", `{"entities":{"user_id":[1,9],"amount":[26,1]},"features":["now:ratio","txn:cnt"]}`, 200,
		`{"results":[{"values":[1,9],"statuses":["PRESENT","PRESENT"],"event_timestamps":[`+epoch+`,`+epoch+`]},`+
			`{"values":[2.0,null],"statuses":["PRESENT","NULL_VALUE"],"event_timestamps":["2026-11-24T03:00:00Z",`+epoch+`]},`+
			`{"values":[103,null],"statuses":["PRESENT","NOT_FOUND"],"event_timestamps":["2026-11-24T03:00:00Z",`+epoch+`]}],`+
			`"metadata":{"feature_names":["user_id","ratio","cnt"]}}`)
	f.wantError("/get-online-features", `{"entities":{"user_id":[1]},"features":["now:ratio"]}`, 400, `request column \"amount\" is missing`)
	f.wantError("/get-online-features", `{"entities":{"user_id":[1],"amount":["x"]},"features":["now:ratio"]}`, 400, `amount`, `Float64`)
	f.wantError(online, `{"entities":{"amount":[1]},"features":["now:ratio"]}`, 400, `join key \"user_id\" is missing`)
}

func TestBadInput_44_expressions_at_run_time(t *testing.T) {
	t.Parallel()
	f := newOnDemandFixture(t)
	f.want(online, `{"entities":{"user_id":[1,1,1],"n":[0,9223372036854775807,2]},"features":["now:share","now:floor","now:many"],"as_of":"2026-11-24T12:00:00Z"}`, 200,
		`{"as_of":"2026-11-24T12:00:00Z","revision":1,"entities":{"user_id":[1,1,1]},"results":[`+
			`{"name":"share","view":"now","type":"Float64","values":[null,1.1167282376600696e-17,51.5],"statuses":["PRESENT","PRESENT","PRESENT"],"event_timestamps":[`+three+`],"non_finite":{"0":"Infinity"}},`+
			`{"name":"floor","view":"now","type":"Int64","values":[null,0,51],"statuses":["ERROR","PRESENT","PRESENT"],"event_timestamps":[`+three+`],"reasons":["expression: an integer is divided by zero",null,null]},`+
			`{"name":"many","view":"now","type":"Int64","values":[0,null,206],"statuses":["PRESENT","ERROR","PRESENT"],"event_timestamps":[`+three+`],"reasons":[null,"expression: the result does not fit Int64",null]}]}`)
	f.want("/get-online-features", `{"entities":{"user_id":[1],"n":[0]},"features":["now:floor"]}`, 200,
		`{"results":[{"values":[1],"statuses":["PRESENT"],"event_timestamps":[`+epoch+`]},{"values":[null],"statuses":["INVALID"],"event_timestamps":["2026-11-24T03:00:00Z"]}],`+
			`"metadata":{"feature_names":["user_id","floor"]}}`)
	began := time.Now()
	status, got := f.post(online, `{"entities":{"user_id":[1],"note":["`+strings.Repeat("a", 100_000)+`"]},"features":["now:bomb"]}`)
	if status != 200 || !strings.Contains(got, `"values":[false],"statuses":["PRESENT"]`) && !strings.Contains(got, `"statuses":["ERROR"]`) {
		t.Errorf("a pattern made to backtrack: %d %s", status, got)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("a pattern made to backtrack took %s", took)
	}
}

// three are the event times of three rows of user 1.
const three = `"2026-11-24T03:00:00Z","2026-11-24T03:00:00Z","2026-11-24T03:00:00Z"`

func TestViewsWithoutDataCannotBeWritten(t *testing.T) {
	t.Parallel()
	f := newOnDemandFixture(t)
	f.wantError("/write-to-online-store", `{"feature_view_name":"now","df":{"user_id":[1],"ratio":[1.0],"event_timestamp":["2026-11-24T03:00:00"]}}`, 400, `holds no data`)
	f.wantError("/materialize", `{"start_ts":"2026-11-23T00:00:00","end_ts":"2026-11-24T00:00:00","feature_views":["now"]}`, 400, `holds no data`)
}
