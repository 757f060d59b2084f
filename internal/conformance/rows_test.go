package conformance_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
)

// ago returns the instant d before now.
func ago(d eventtime.Duration) eventtime.Instant { return now - eventtime.Instant(d) }

// A fact is a row of the view "v" with a number; null where there is none.
type fact struct {
	key            int64
	event, created eventtime.Instant
	n              any
}

// of returns a fact that was known at once.
func of(key int64, event eventtime.Instant, n any) fact { return fact{key, event, event, n} }

// push pushes facts over HTTP, in one request.
func (s *stack) push(facts ...fact) {
	s.Helper()
	var k, event, created, n, null []string
	for _, f := range facts {
		number := "null"
		if f.n != nil {
			number = fmt.Sprint(f.n)
		}
		k, n, null = append(k, fmt.Sprint(f.key)), append(n, number), append(null, "null")
		event, created = append(event, `"`+f.event.String()+`"`), append(created, `"`+f.created.String()+`"`)
	}
	s.pushTo("p_v", map[string][]string{"k": k, "event": event, "created": created, "n": n, "x": null, "b": null, "tags": null})
}

// pushTo pushes columns of JSON tokens over HTTP.
func (s *stack) pushTo(source string, columns map[string][]string) {
	s.Helper()
	if status, text := s.post("/push", pushBody(source, columns)); status != 200 {
		s.Fatalf("push: %d %s", status, text)
	}
}

func pushBody(source string, columns map[string][]string) string {
	var parts []string
	for name, tokens := range columns {
		parts = append(parts, `"`+name+`":[`+strings.Join(tokens, ",")+`]`)
	}
	return `{"push_source_name":"` + source + `","to":"online","df":{` + strings.Join(parts, ",") + `}}`
}

// put makes facts the history of "v".
func (s *stack) put(facts ...fact) {
	rows := make([][]any, len(facts))
	for i, f := range facts {
		rows[i] = []any{int(f.key), f.event, f.created, f.n, nil, nil, nil}
	}
	s.offline.Put("src_v", storetest.Batch([]string{"k:Int64", "event:UnixTimestamp", "created:UnixTimestamp", "n:Int64", "x:Float64", "b:Bytes", "tags:Array(String)"}, rows...))
}

// between materializes "v" from start to end.
func (s *stack) between(start, end eventtime.Instant) *truepoint.Run {
	s.Helper()
	return s.materialize(&truepoint.MaterializeRequest{Views: []string{"v"}, Mode: materialize.Interval, Start: start, End: end})
}

// upTo materializes "v" incrementally.
func (s *stack) upTo(end eventtime.Instant) *truepoint.Run {
	s.Helper()
	return s.materialize(&truepoint.MaterializeRequest{Views: []string{"v"}, Mode: materialize.Incremental, End: end})
}

// wants reads the number of keys on Feast's route, which must be want: "7 PRESENT, null NOT_FOUND".
func (s *stack) wants(want string, keys ...int64) {
	s.Helper()
	if got := s.read(`"features":["v:n"],"entities":{"k":[` + joined(keys) + `]}`); got != want {
		s.Errorf("keys %v: got %s, want %s", keys, got, want)
	}
}

func joined(keys []int64) string {
	return strings.Join(strings.Fields(strings.Trim(fmt.Sprint(keys), "[]")), ",")
}

// read asks Feast's route and returns values and statuses of the last feature.
func (s *stack) read(members string) string {
	s.Helper()
	columns := s.columns(members)
	last := columns[len(columns)-1]
	var out []string
	for i := range last.Values {
		out = append(out, string(last.Values[i])+" "+last.Statuses[i])
	}
	return strings.Join(out, ", ")
}

// columns asks Feast's route.
func (s *stack) columns(members string) []answer {
	s.Helper()
	status, text := s.post("/get-online-features", "{"+members+"}")
	var out struct{ Results []answer }
	if err := json.Unmarshal([]byte(text), &out); err != nil || status != 200 {
		s.Fatalf("read: %d %s (%v)", status, text, err)
	}
	return out.Results
}
