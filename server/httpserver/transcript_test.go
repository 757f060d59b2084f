package httpserver_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/value"
)

// An exchange is one line of testdata/feast_http.jsonl: what a client, Feast's own in cases that begin with "client:",
// sent to Feast's server, and what that answered, byte for byte. Cases about on-demand views are left out.
type exchange struct {
	Case, Method, Path, Body string
	Status                   int
	Type, Reply              string
}

// A difference is our answer where it is not Feast's, on purpose.
type difference struct {
	status int
	reply  string // the whole body, or a part of it when it ends in "…"
	why    string
}

// differences holds every case in which we do not answer as Feast does.
func differences() map[string]difference {
	clients := func(status int, part string) difference {
		return difference{status, part + "…", "a mistake of the client is no 500, which Feast's client would repeat"}
	}
	wording := func(status int, part string) difference {
		return difference{status, part + "…", "same status and class, our words with a suggestion"}
	}
	return map[string]difference{
		"client: read back pushed": {200, `{"results":[{"values":[3],"statuses":["PRESENT"],"event_timestamps":["1970-01-01T00:00:00Z"]},` +
			`{"values":[1795351882],"statuses":["PRESENT"],"event_timestamps":["2026-11-22T12:51:22.265938Z"]},` +
			`{"values":[3.5],"statuses":["PRESENT"],"event_timestamps":["2026-11-22T12:51:22.265938Z"]}],"metadata":{"feature_names":["user_id","last_seen","amt_avg"]}}`,
			"event times keep their microseconds"},
		"client: unknown feature online": clients(404, `unknown feature \\\"nope\\\"`),
		"client: missing entity online":  clients(400, `user_id`),
		"unknown view":                   wording(404, `\"class\":\"FeatureViewNotFoundException\"`),
		"unknown feature":                clients(404, `unknown feature`),
		"unknown service":                wording(404, `\"class\":\"FeatureServiceNotFoundException\"`),
		"malformed ref":                  clients(400, `cnt`),
		"missing join key":               clients(400, `user_id`),
		"string for int64 key":           clients(400, `user_id`),
		"float for int64 key":            {400, `user_id…`, "an integer key written as 1.0 is refused: beyond 2^53 it would be another key"},
		"null key":                       clients(400, `user_id`),
		"null and 1":                     clients(400, `user_id`),
		"empty key list": {200, `{"results":[{"values":[],"statuses":[],"event_timestamps":[]},{"values":[],"statuses":[],"event_timestamps":[]}],` +
			`"metadata":{"feature_names":["user_id","cnt"]}}`, "no entities have no rows"},
		"scalar instead of list":      wording(422, `{"detail":[{"type":"list_type","loc":["body","entities","user_id"],"msg":`),
		"no features":                 clients(400, `features`),
		"empty features":              clients(400, `features`),
		"no entities":                 wording(422, `{"detail":[{"type":"missing","loc":["body","entities"],"msg":"Field required"`),
		"not JSON":                    wording(422, `{"detail":[{"type":"json_invalid"`),
		"push unknown source":         wording(422, `\"class\":\"PushSourceNotFoundException\"`),
		"push missing feature column": clients(400, `amt_avg`),
		"push bad to":                 clients(400, `online_and_offline`),
		"push no event_timestamp":     clients(400, `event_timestamp`),
		"push wrong type":             clients(400, `amt_avg`),
		"push NaN-valued then read":   {422, `json_invalid…`, "a bare Infinity is no JSON"},
		"read the infinity": {200, `{"results":[{"values":[9],"statuses":["PRESENT"],"event_timestamps":["1970-01-01T00:00:00Z"]},` +
			`{"values":[null],"statuses":["NOT_FOUND"],"event_timestamps":["1970-01-01T00:00:00Z"]}],"metadata":{"feature_names":["user_id","amt_avg"]}}`, "nothing was pushed"},
		"write unknown view":       wording(404, `\"module\":\"feast.errors\"`),
		"materialize bad date":     clients(422, `start_ts`),
		"materialize unknown view": wording(404, `\"class\":\"FeatureViewNotFoundException\"`),
	}
}

func TestAnswersAreThoseOfFeastsTranscript(t *testing.T) {
	t.Parallel()
	set, off := gold()
	f := newEmptyFixture(t, set, off, nil)
	differs := differences()
	file, err := os.Open("testdata/feast_http.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	same := 0
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var e exchange
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		status, kind, reply := f.replay(e)
		d, other := differs[e.Case]
		delete(differs, e.Case)
		if !other {
			same++
			d = difference{e.Status, e.Reply, "as Feast"}
			if kind != e.Type {
				t.Errorf("%s: content type %q, want %q", e.Case, kind, e.Type)
			}
		}
		part, partial := strings.CutSuffix(d.reply, "…")
		if status != d.status || reply != d.reply && !(partial && strings.Contains(reply, part)) {
			t.Errorf("%s: %s\n got %d %s\nwant %d %s (%s)\nFeast %d %s", e.Case, e.Body, status, reply, d.status, d.reply, d.why, e.Status, e.Reply)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	for name := range differs {
		t.Errorf("no exchange is called %q", name)
	}
	t.Logf("%d exchanges are equal byte for byte", same)
}

// replay sends the request of e. Feast answers features in an order of its own; we answer in the order asked for, so
// that they are asked for in the order of Feast's answer.
func (f *fixture) replay(e exchange) (status int, kind, reply string) {
	f.t.Helper()
	var q map[string]json.RawMessage
	var a struct {
		Metadata struct {
			Names []string `json:"feature_names"`
		}
	}
	if json.Unmarshal([]byte(e.Body), &q) == nil && json.Unmarshal([]byte(e.Reply), &a) == nil && len(a.Metadata.Names) > 1 {
		names := slices.Clone(a.Metadata.Names[1:])
		for i, n := range names {
			names[i] = "txn:" + n
		}
		q["features"], _ = json.Marshal(names)
		b, _ := json.Marshal(q)
		e.Body = string(b)
	}
	r, err := http.NewRequestWithContext(f.t.Context(), e.Method, f.srv.URL+e.Path, strings.NewReader(e.Body))
	if err != nil {
		f.t.Fatal(err)
	}
	if e.Method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	var head http.Header
	status, head, reply = f.exchange(r)
	return status, head.Get("Content-Type"), reply
}

// gold returns the definitions that Feast's server had, and the history that it had materialized.
func gold() (*feature.Set, *memoffline.Driver) {
	set := definitions()
	txn, _ := set.View("txn")
	txn.Schema = append(txn.Schema, feature.Field{Name: "cnt32", Type: value.Scalar(value.Int32)}, feature.Field{Name: "flag", Type: value.Scalar(value.Bool)})
	const event, seen = eventtime.Instant(1795143600 * 1e6), eventtime.Instant(1795132800 * 1e6)
	b := &value.Batch{}
	add := func(name string, k value.Kind, cells ...value.Value) {
		c := value.NewColumn(value.Scalar(k), len(cells))
		for _, v := range cells {
			c.Append(v)
		}
		b.Add(name, c)
	}
	add("user_id", value.Int64, value.OfInt64(1), value.OfInt64(2))
	add("event_timestamp", value.UnixTimestamp, value.OfInstant(event), value.OfInstant(event))
	add("created", value.UnixTimestamp, value.OfInstant(event), value.OfInstant(event))
	add("cnt", value.Int64, value.OfInt64(103), value.OfInt64(203))
	add("amt_avg", value.Float64, value.OfFloat64(13.5), value.OfFloat64(23.5))
	add("amt_f32", value.Float32, value.OfFloat32(.1), value.OfFloat32(.2))
	add("country", value.String, value.OfString("DE"), value.OfString("US"))
	add("last_seen", value.UnixTimestamp, value.OfInstant(seen), value.OfInstant(seen))
	add("cnt32", value.Int32, value.OfInt32(1), value.OfInt32(2))
	add("flag", value.Bool, value.OfBool(true), value.OfBool(false))
	off := memoffline.New()
	off.Put("rows", b)
	return set, off
}
