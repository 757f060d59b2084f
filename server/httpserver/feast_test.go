package httpserver_test

import (
	"net/http"
	"strings"
	"testing"
)

const epoch = `"1970-01-01T00:00:00Z"`

func TestFeastAnswerIsExactlyFeasts(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.want("/get-online-features", `{"entities": {"user_id": [1]}, "features": ["txn:cnt", "txn:amt_avg"]}`, 200,
		`{"results":[{"values":[1],"statuses":["PRESENT"],"event_timestamps":[`+epoch+`]},`+
			`{"values":[103],"statuses":["PRESENT"],"event_timestamps":["2026-11-24T03:00:00Z"]},`+
			`{"values":[13.0],"statuses":["PRESENT"],"event_timestamps":["2026-11-24T03:00:00Z"]}],`+
			`"metadata":{"feature_names":["user_id","cnt","amt_avg"]}}`)
	f.want("/get-online-features", `{"entities": {"user_id": [1]}, "feature_service": "svc", "full_feature_names": true, "include_feature_view_version_metadata": false}`, 200,
		`{"results":[{"values":[1],"statuses":["PRESENT"],"event_timestamps":[`+epoch+`]},`+
			`{"values":[103],"statuses":["PRESENT"],"event_timestamps":["2026-11-24T03:00:00Z"]},`+
			`{"values":[13.0],"statuses":["PRESENT"],"event_timestamps":["2026-11-24T03:00:00Z"]}],`+
			`"metadata":{"feature_names":["user_id","txn__cnt","txn__amt_avg"]}}`)
}

func TestFloat32AndTimestampsPrintAsInFeast(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.want("/get-online-features", `{"entities":{"user_id":[1,2]},"features":["txn:amt_f32","txn:last_seen"]}`, 200,
		`{"results":[{"values":[1,2],"statuses":["PRESENT","PRESENT"],"event_timestamps":[`+epoch+`,`+epoch+`]},`+
			`{"values":[1.25,0.10000000149011612],"statuses":["PRESENT","PRESENT"],"event_timestamps":["2026-11-24T03:00:00Z","2026-11-24T03:00:00.500Z"]},`+
			`{"values":[1795351882,null],"statuses":["PRESENT","NULL_VALUE"],"event_timestamps":["2026-11-24T03:00:00Z","2026-11-24T03:00:00.500Z"]}],`+
			`"metadata":{"feature_names":["user_id","amt_f32","last_seen"]}}`)
}

func TestBadInput_61_four_ways_to_have_no_value(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.want("/get-online-features", `{"entities":{"user_id":[1,2,3,999]},"features":["txn:cnt"]}`, 200,
		`{"results":[{"values":[1,2,3,999],"statuses":["PRESENT","PRESENT","PRESENT","PRESENT"],"event_timestamps":[`+strings.Join([]string{epoch, epoch, epoch, epoch}, ",")+`]},`+
			`{"values":[103,null,null,null],"statuses":["PRESENT","NULL_VALUE","OUTSIDE_MAX_AGE","NOT_FOUND"],`+
			`"event_timestamps":["2026-11-24T03:00:00Z","2026-11-24T03:00:00.500Z","2026-11-01T00:00:00Z",`+epoch+`]}],`+
			`"metadata":{"feature_names":["user_id","cnt"]}}`)
}

func TestFeastErrorsHaveFeastsFormAndOurStatus(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, c := range []struct {
		path, body string
		status     int
		parts      []string
	}{
		{"/get-online-features", `{"entities":{"user_id":[1]},"features":["nope:cnt"]}`, 404, []string{`\"class\":\"FeatureViewNotFoundException\"`, `\"module\":\"feast.errors\"`}},
		{"/get-online-features", `{"entities":{"user_id":[1]},"features":["txn:cmt"]}`, 404, []string{`unknown feature`, `did you mean`}},
		{"/get-online-features", `{"entities":{"user_id":[1]},"feature_service":"nope"}`, 404, []string{`FeatureServiceNotFoundException`}},
		{"/get-online-features", `{"entities":{"user_id":[1]},"features":["cnt"]}`, 400, nil},
		{"/get-online-features", `{"entities":{"user_id":[1]}}`, 400, nil},
		{"/get-online-features", `{"entities":{"user_id":1},"features":["txn:cnt"]}`, 422, []string{`{"detail":[{"type":"list_type","loc":["body","entities","user_id"]`}},
		{"/get-online-features", `{"features":["txn:cnt"]}`, 422, []string{`"type":"missing"`, `["body","entities"]`}},
		{"/push", `{"push_source_name":"nope","df":{"user_id":[1]},"to":"online"}`, 422, []string{`PushSourceNotFoundException`}},
		{"/push", `{"push_source_name":"txn_push","df":{"user_id":[1]},"to":"bogus"}`, 400, []string{`online_and_offline`}},
		{"/push", `{"push_source_name":"txn_push","df":{"user_id":[1]},"ack":"soon"}`, 400, []string{`durable or replicated`}},
		{"/push", `{"push_source_name":"txn_push","df":{"user_id":[1]},"ack":"replicated"}`, 400, []string{`no replicas`}},
		{"/push", `{"push_source_name":"txn_push","df":{"user_id":[1]},"ack":true}`, 422, []string{`string_type`}},
		{"/write-to-online-store", `{"feature_view_name":"txn","df":{"user_id":[1]},"ack":"replicated"}`, 400, []string{`no replicas`}},
		{"/write-to-online-store", `{"feature_view_name":"nope","df":{"user_id":[1]}}`, 404, []string{`FeatureViewNotFoundException`}},
		{"/materialize", `{"start_ts":"x","end_ts":"y"}`, 422, []string{`start_ts`, `end_ts`}},
		{"/materialize", `{"start_ts":"2026-11-01T00:00:00","end_ts":"2026-11-02T00:00:00","feature_views":["nope"]}`, 404, []string{`FeatureViewNotFoundException`}},
		{"/materialize-incremental", `{}`, 422, []string{`end_ts`}},
	} {
		f.wantError(c.path, c.body, c.status, c.parts...)
	}
}

func TestWriteToOnlineStoreThenRead(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.want("/write-to-online-store", `{"feature_view_name":"txn","df":{"user_id":[9007199254740993],"cnt":[3],"amt_avg":[3.5],"amt_f32":[1.25],"country":["FR"],`+
		`"last_seen":[1795351882],"event_timestamp":["2026-11-24T12:51:22.265938"],"created":["2026-11-24T12:51:22.265938"]},"allow_registry_cache":false}`, 200, `null`)
	f.want("/get-online-features", `{"entities":{"user_id":["9007199254740993"]},"features":["txn:cnt"]}`, 200,
		`{"results":[{"values":[9007199254740993],"statuses":["PRESENT"],"event_timestamps":[`+epoch+`]},`+
			`{"values":[3],"statuses":["PRESENT"],"event_timestamps":["2026-11-24T12:51:22.265938Z"]}],"metadata":{"feature_names":["user_id","cnt"]}}`)
}

func TestUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{http.MethodGet, "/nope", 404, `{"detail":"Not Found"}`},
		{http.MethodGet, "/get-online-features", 405, `{"detail":"Method Not Allowed"}`},
		{http.MethodGet, "/health", 200, ``},
		{http.MethodGet, "/livez", 200, ``},
		{http.MethodGet, "/readyz", 200, `{"status":"ok"}`},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, f.srv.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if status, body := f.do(r); status != c.status || body != c.body {
			t.Errorf("%s %s: got %d %q, want %d %q", c.method, c.path, status, body, c.status, c.body)
		}
	}
}
