package httpserver_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/server/httpserver"
)

const online = "/v1/online"

// onlineBody is a read of txn:cnt for the given JSON tokens of user_id.
func onlineBody(keys string) string {
	return `{"entities":{"user_id":[` + keys + `]},"features":["txn:cnt"]}`
}

func TestBadInput_45_body_is_no_request(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for body, part := range map[string]string{
		``: `malformed JSON`, `null`: `must be a JSON object`, `[]`: `must be a JSON object`, `{}`: `"path":"entities"`, `{`: `malformed JSON`,
		onlineBody("1") + `x`: `malformed JSON`, onlineBody("1") + `{}`: `malformed JSON`, `{"entities":{"user_id":1},"features":["txn:cnt"]}`: `"path":"entities.user_id"`,
		`{"entities":{"user_id":[1]},"features":"txn:cnt"}`: `"path":"features"`, `{"entities":{"user_id":[1]},"features":[7]}`: `"path":"features"`,
	} {
		f.wantError(online, body, 400, part, `"status":400`)
		f.wantError("/get-online-features", body, 422, `{"detail":[{"type":`)
	}
}

func TestBadInput_46_content_type_encoding_and_size(t *testing.T) {
	t.Parallel()
	f := newFixture(t, &httpserver.Options{BodyBytesMax: 1000})
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := z.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	padded := func(n int) string { b := onlineBody("1"); return b + strings.Repeat(" ", n-len(b)) }
	for name, c := range map[string]struct {
		kind, encoding, body string
		status               int
	}{
		"text":            {"text/plain", "", onlineBody("1"), 415},
		"no type":         {"", "", onlineBody("1"), 415},
		"gzip bomb":       {"application/json", "gzip", bomb.String(), 415},
		"at the limit":    {"application/json; charset=utf-8", "", padded(1000), 200},
		"over the limit":  {"application/json", "", padded(1001), 413},
		"far over it":     {"application/json", "", padded(1 << 20), 413},
		"within, trimmed": {"application/json", "identity", padded(500), 200},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.srv.URL+online, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if c.kind != "" {
			r.Header.Set("Content-Type", c.kind)
		}
		if c.encoding != "" {
			r.Header.Set("Content-Encoding", c.encoding)
		}
		if status, body := f.do(r); status != c.status {
			t.Errorf("%s: got %d %s, want %d", name, status, body, c.status)
		}
	}
}

func TestBadInput_47_repeated_and_capitalised_members(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.wantError(online, `{"entities":{"user_id":[1]},"features":["txn:cnt"],"features":["txn:cnt"]}`, 400, `is repeated`)
	f.wantError(online, `{"entities":{"user_id":[1],"user_id":[2]},"features":["txn:cnt"]}`, 400, `is repeated`)
	f.wantError(online, `{"entities":{"user_id":[1]},"FEATURES":["txn:cnt"]}`, 400, `"path":"FEATURES"`, `did you mean features?`)
}

func TestBadInput_48_unknown_member(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.wantError(online, `{"entities":{"user_id":[1]},"features":["txn:cnt"],"as-of":"x"}`, 400, `"path":"as-of"`, `did you mean as_of?`)
	f.wantError("/get-online-features", `{"entities":{"user_id":[1]},"features":["txn:cnt"],"asof":1}`, 422, `"loc":["body","asof"]`)
}

func TestBadInput_49_numbers_that_are_none(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	row := func(v string) string {
		return `{"push_source_name":"txn_push","df":{"user_id":[49],"cnt":[1],"amt_avg":[` + v + `],"amt_f32":[1],"country":["x"],"last_seen":[1],` +
			`"event_timestamp":["2026-11-24T00:00:00"],"created":["2026-11-24T00:00:00"]}}`
	}
	for _, v := range []string{"NaN", "Infinity", "-Infinity"} {
		f.wantError("/push", row(v), 422, `json_invalid`)
	}
	f.wantError("/push", row("1e400"), 400)
	f.want("/push", row("-0.0"), 200, ``)
	if _, got := f.post("/get-online-features", `{"entities":{"user_id":[49]},"features":["txn:amt_avg"]}`); !strings.Contains(got, `"values":[-0.0]`) {
		t.Errorf("-0.0 came back in %s", got)
	}
}

func TestBadInput_50_51_52_integer_keys_are_exact(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for in, out := range map[string]string{
		`9007199254740993`: `9007199254740993`, `"9007199254740993"`: `9007199254740993`, `"1"`: `1`,
		`9223372036854775807`: `9223372036854775807`, `-9223372036854775808`: `-9223372036854775808`,
	} {
		status, got := f.post("/get-online-features", onlineBody(in))
		if status != 200 || !strings.Contains(got, `{"results":[{"values":[`+out+`]`) {
			t.Errorf("key %s: got %d %s", in, status, got)
		}
	}
	for _, in := range []string{`1.0`, `1e3`, `true`, `null`, `""`, `"abc"`, `[1]`, `{}`, `9223372036854775808`, `-9223372036854775809`} {
		f.wantError(online, onlineBody(in), 400, `user_id`)
		f.wantError("/get-online-features", onlineBody(in), 400, `user_id`)
	}
}

func TestBadInput_53_texts_that_are_no_text(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for name, in := range map[string]string{"invalid UTF-8": "\"\xff\"", "lone surrogate": `"\ud800"`, "raw NUL": "\"\x00\""} {
		if status, got := f.post(online, `{"entities":{"name":[`+in+`]},"features":["names_seen:seen"]}`); status != 400 {
			t.Errorf("%s: got %d %s, want 400", name, status, got)
		}
	}
}

func TestBadInput_54_55_texts_are_kept_as_they_are(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	keys := `"", " ", "a\n", "a", "\u00e9", "e\u0301"`
	if status, got := f.post("/push", `{"push_source_name":"names_push","df":{"name":[`+keys+`],"seen":[1,2,3,4,5,6],"event_timestamp":[`+
		strings.TrimSuffix(strings.Repeat(`"2026-11-24T00:00:00",`, 6), ",")+`]}}`); status != 200 {
		t.Fatalf("push: %d %s", status, got)
	}
	_, got := f.post("/get-online-features", `{"entities":{"name":[`+keys+`]},"features":["names_seen:seen"]}`)
	if !strings.Contains(got, `{"values":[1,2,3,4,5,6]`) {
		t.Errorf("six distinct keys gave %s", got)
	}
}

func TestBadInput_56_ragged_entity_columns(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	body := `{"entities":{"user_id":[1,2,3],"name":["a","b"]},"features":["txn:cnt","names_seen:seen"]}`
	f.wantError(online, body, 400, `3 rows`, `2`)
	f.wantError("/get-online-features", body, 400, `3 rows`, `2`)
}

func TestBadInput_57_no_entities_and_repeated_ones(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.want("/get-online-features", onlineBody(""), 200, `{"results":[{"values":[],"statuses":[],"event_timestamps":[]},`+
		`{"values":[],"statuses":[],"event_timestamps":[]}],"metadata":{"feature_names":["user_id","cnt"]}}`)
	hundred := strings.TrimSuffix(strings.Repeat("1,", 100), ",")
	if _, got := f.post("/get-online-features", onlineBody(hundred)); strings.Count(got, "103") != 100 {
		t.Errorf("100 times the same entity gave %d answers", strings.Count(got, "103"))
	}
	many := strings.TrimSuffix(strings.Repeat("1,", 10001), ",")
	f.wantError(online, onlineBody(many), 400, `10001`, `10000`)
}

func TestBadInput_58_missing_join_key(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.wantError(online, `{"entities":{"foo":[1]},"features":["txn:cnt"]}`, 400, `user_id`)
	f.want("/get-online-features", `{"entities":{"user_id":[7],"foo":[2]},"features":["txn:cnt"]}`, 200,
		`{"results":[{"values":[7],"statuses":["PRESENT"],"event_timestamps":[`+epoch+`]},{"values":[null],"statuses":["NOT_FOUND"],"event_timestamps":[`+epoch+`]}],`+
			`"metadata":{"feature_names":["user_id","cnt"]}}`)
	f.wantError(online, `{"entities":{"user_id":[7],"foo":[2]},"features":["txn:cnt"],"strict":true}`, 400, `foo`)
}

func TestBadInput_59_60_unknown_names_and_both_forms(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.wantError(online, `{"entities":{"user_id":[1]},"features":["txn:cnt","tnx:cnt"]}`, 404, `did you mean txn`, `urn:truepoint:error:T0011`)
	f.wantError(online, `{"entities":{"user_id":[1]},"feature_service":"scv"}`, 404, `svc`)
	f.wantError(online, `{"entities":{"user_id":[1]},"features":["txn:cnt"],"feature_service":"svc"}`, 400, `both`)
}

func TestBadInput_62_times_of_pushed_rows(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	row := func(event string) string {
		return fmt.Sprintf(`{"push_source_name":"txn_push","df":{"user_id":[62],"cnt":[1],"amt_avg":[1],"amt_f32":[1],"country":["x"],"last_seen":[1],%s"created":["2026-11-24T00:00:00"]}}`, event)
	}
	for _, event := range []string{``, `"event_timestamp":["2026-11-25T00:06:00"],`,
		`"event_timestamp":["2500-01-01T00:00:00"],`, `"event_timestamp":[1000000000000000000],`, `"event_timestamp":["12:00"],`, `"event_timestamp":[null],`} {
		f.wantError("/push", row(event), 400)
	}
	f.want("/push", row(`"event_timestamp":["2026-11-24T00:00:00"],`), 200, ``)
	f.want("/push", strings.Replace(row(`"event_timestamp":["2026-11-24T00:00:00"],`), "{", `{"ack":"durable",`, 1), 200, ``)
}

func TestBadInput_63_pushes_are_all_or_nothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.wantError("/push", `{"push_source_name":"txn_push","df":{"user_id":[63,64,65],"cnt":[1,"x",2.5],"amt_avg":[1,1,1],"amt_f32":[1,1,1],"country":["x","x","x"],"last_seen":[1,1,1],`+
		`"event_timestamp":["2026-11-24T00:00:00","2026-11-24T00:00:00","2026-11-24T00:00:00"],"created":["2026-11-24T00:00:00","2026-11-24T00:00:00","2026-11-24T00:00:00"]}}`, 400, `cnt`)
	if _, got := f.post("/get-online-features", onlineBody("63")); !strings.Contains(got, "NOT_FOUND") {
		t.Errorf("a row of a refused push is there: %s", got)
	}
}

func TestBadInput_67_70_hosts_and_sites(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for name, c := range map[string]struct {
		host, header, value string
		status              int
	}{
		"another host":       {"evil.example", "", "", 403},
		"localhost":          {"localhost:1234", "", "", 200},
		"cross-site request": {"", "Sec-Fetch-Site", "cross-site", 403},
		"evil origin":        {"", "Origin", "http://evil.example", 403},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.srv.URL+online, strings.NewReader(onlineBody("1")))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if c.host != "" {
			r.Host = c.host
		}
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		if status, body := f.do(r); status != c.status {
			t.Errorf("%s: got %d %s, want %d", name, status, body, c.status)
		}
	}
}
