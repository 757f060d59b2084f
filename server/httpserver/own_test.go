package httpserver_test

import (
	"strings"
	"testing"
)

func TestOwnAnswerSaysEverything(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.want("/v1/online", `{"entities":{"user_id":[1,2,3,4]},"features":["txn:cnt","txn:last_seen"],"as_of":"2026-11-24T12:00:00Z"}`, 200,
		`{"as_of":"2026-11-24T12:00:00Z","revision":1,"entities":{"user_id":[1,2,3,4]},"results":[`+
			`{"name":"cnt","view":"txn","type":"Int64","values":[103,null,null,null],"statuses":["PRESENT","NULL_VALUE","OUTSIDE_MAX_AGE","NOT_FOUND"],`+
			`"event_timestamps":["2026-11-24T03:00:00Z","2026-11-24T03:00:00.500Z","2026-11-01T00:00:00Z",null]},`+
			`{"name":"last_seen","view":"txn","type":"UnixTimestamp","values":["2026-11-22T12:51:22Z",null,null,null],"statuses":["PRESENT","NULL_VALUE","OUTSIDE_MAX_AGE","NOT_FOUND"],`+
			`"event_timestamps":["2026-11-24T03:00:00Z","2026-11-24T03:00:00.500Z","2026-11-01T00:00:00Z",null]}]}`)
}

func TestOwnAnswerGivesReasons(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	_, got := f.post("/v1/online", `{"entities":{"user_id":[1]},"features":["txn:cnt"],"as_of":"2026-11-24T02:59:59.999999Z"}`)
	if !strings.Contains(got, `"statuses":["ERROR"]`) || !strings.Contains(got, `"reasons":["as_of_not_kept"]`) {
		t.Errorf("a read before the stored row gave %s", got)
	}
}

func TestOwnErrorsAreProblems(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.wantError("/v1/online", `{"entities":{"user_id":[1]},"features":["txn:cnt"],"as_of":"yesterday","on_error":"panic"}`, 400,
		`"title":"Bad Request"`, `"status":400`, `"code":"invalid_argument"`, `"path":"as_of"`, `"path":"on_error"`)
	f.wantError("/v1/nope", `{}`, 404, `"status":404`)
}
