package conformance_test

import (
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/eventtime"
)

// Feast: 500, which its client repeats three times.
func mistaken(s *stack) {
	s.push(of(1, ago(eventtime.Hour), 1))
	for members, want := range map[string]int{
		`"features":["nope:n"],"entities":{"k":[1]}`:         404,
		`"feature_service":"nope","entities":{"k":[1]}`:      404,
		`"features":["v:nope"],"entities":{"k":[1]}`:         404,
		`"features":["n"],"entities":{"k":[1]}`:              400,
		`"features":["v:n"],"entities":{}`:                   400,
		`"features":["v:n"],"entities":{"other":[1]}`:        400,
		`"features":["v:n"],"entities":{"k":["abc"]}`:        400,
		`"features":["v:n"],"entities":{"k":[1,null]}`:       400,
		`"features":["v:n"],"entities":{"k":[1],"x":[1,2]}`:  400,
		`"features":[],"entities":{"k":[1]}`:                 400,
		`"entities":{"k":[1]}`:                               400,
		`"features":["v:n"],"entities":{"k":1}`:              422,
		`"features":["pair:n"],"entities":{"a":["1"]}`:       400,
		`"features":["v:n"],"entities":{"k":[1]},"bogus":[]`: 422,
	} {
		if got, text := s.post("/get-online-features", "{"+members+"}"); got != want {
			s.Errorf("{%s}: got %d %s, want %d", members, got, text, want)
		}
	}
	for body, want := range map[string]int{
		`{"push_source_name":"nope","df":{"k":[1]}}`:                                                                               422,
		`{"push_source_name":"p_v","df":{"k":[1]}}`:                                                                                400,
		pushBody("p_u", map[string][]string{"k": {`"x"`}, "n": {"1"}, "event": {`"2026-11-24T00:00:00Z"`}}):                        400,
		pushBody("p_u", map[string][]string{"k": {"1"}, "n": {"1"}}):                                                               400,
		strings.Replace(pushBody("p_u", map[string][]string{"k": {"1"}, "n": {"1"}, "event": {`"2026"`}}), "online", "nowhere", 1): 400,
	} {
		if got, text := s.post("/push", body); got != want {
			s.Errorf("push %s: got %d %s, want %d", body, got, text, want)
		}
	}
	s.wants("1 PRESENT", 1)
}

// Feast: older versions wrote one key for (1, 23) and (12, 3).
func composite(s *stack) {
	a, b := []string{`"1"`, `"12"`, `"a"`, `""`, `"a\u0000"`}, []string{`"23"`, `"3"`, `""`, `"a"`, `""`}
	numbers, events := make([]string, len(a)), make([]string, len(a))
	for i := range a {
		numbers[i], events[i] = fmt.Sprint(i), `"2026-11-24T00:00:00Z"`
	}
	s.pushTo("p_pair", map[string][]string{"a": a, "b": b, "n": numbers, "event": events})
	got := s.read(`"features":["pair:n"],"entities":{"a":[` + strings.Join(a, ",") + `],"b":[` + strings.Join(b, ",") + `]}`)
	if want := "0 PRESENT, 1 PRESENT, 2 PRESENT, 3 PRESENT, 4 PRESENT"; got != want {
		s.Errorf("got %s, want %s", got, want)
	}
}

// Feast: right in a small case; here keys are read once and answered as often as they were asked for.
func ordered(s *stack) {
	s.push(of(1, ago(eventtime.Hour), 1), of(2, ago(eventtime.Hour), 2), of(3, ago(eventtime.Hour), 3))
	s.wants("3 PRESENT, 1 PRESENT, null NOT_FOUND, 2 PRESENT, 1 PRESENT, 3 PRESENT", 3, 1, 9, 2, 1, 3)
}

// typed pushes one row of "v" over gRPC.
func (s *stack) typed(key int64, members map[string]*typespb.Value) {
	s.Helper()
	at := &typespb.Value{Val: &typespb.Value_UnixTimestampVal{UnixTimestampVal: int64(ago(eventtime.Hour)) / 1e6}}
	row := map[string]*typespb.Value{"k": {Val: &typespb.Value_Int64Val{Int64Val: key}}, "event": at, "created": at, "n": {}, "x": {}, "b": {}, "tags": {}}
	for name, v := range members {
		row[name] = v
	}
	_, err := s.writes.Push(s.Context(), &servingpb.PushRequest{StreamFeatureView: "p_v", TypedFeatures: row, To: "online"})
	s.must(err)
}

// service reads a feature of "v" over gRPC.
func (s *stack) service(name string, keys ...int64) *servingpb.GetOnlineFeaturesResponse_FeatureVector {
	s.Helper()
	column := &typespb.RepeatedValue{}
	for _, k := range keys {
		column.Val = append(column.Val, &typespb.Value{Val: &typespb.Value_Int64Val{Int64Val: k}})
	}
	m, err := s.feast.GetOnlineFeatures(s.Context(), &servingpb.GetOnlineFeaturesRequest{
		Kind:     &servingpb.GetOnlineFeaturesRequest_Features{Features: &servingpb.FeatureList{Val: []string{"v:" + name}}},
		Entities: map[string]*typespb.RepeatedValue{"k": column},
	})
	s.must(err)
	return m.GetResults()[1]
}

// Feast: Infinity is the text "Infinity" in JSON, and a pushed NaN a null.
func nonFinite(s *stack) {
	numbers := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1)}
	for i, x := range numbers {
		s.typed(int64(i), map[string]*typespb.Value{"x": {Val: &typespb.Value_DoubleVal{DoubleVal: x}}})
	}
	if got := s.read(`"features":["v:x"],"entities":{"k":[0,1,2,3]}`); got != "null PRESENT, null PRESENT, null PRESENT, -0.0 PRESENT" {
		s.Errorf("got %s", got)
	}
	const words = `"non_finite":{"0":"NaN","1":"Infinity","2":"-Infinity"}`
	if status, text := s.post("/v1/online", `{"features":["v:x"],"entities":{"k":[0,1,2,3]}}`); status != 200 || !strings.Contains(text, words) {
		s.Errorf("our route: %d %s, want %s", status, text, words)
	}
	for i, v := range s.service("x", 0, 1, 2, 3).GetValues() {
		if got := math.Float64bits(v.GetDoubleVal()); got != math.Float64bits(numbers[i]) {
			s.Errorf("gRPC: got the bits %x for %v", got, numbers[i])
		}
	}
}

// Feast: SQLite answers half of the pushes with 500.
func together(s *stack) {
	const callers, pushes = 8, 10
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for n := range pushes {
				event := `"` + ago(eventtime.Hour).Add(eventtime.Duration(c*pushes+n)).String() + `"`
				body := pushBody("p_u", map[string][]string{"k": {"0", fmt.Sprint(c + 1)}, "n": {fmt.Sprint(c*pushes + n), fmt.Sprint(n)}, "event": {event, event}})
				if status, text, err := s.exchange("/push", body); status != 200 || err != nil {
					s.Errorf("push %d of caller %d: %d %s, %v", n, c, status, text, err)
				}
			}
		})
	}
	all.Wait()
	want := fmt.Sprintf("%d PRESENT", callers*pushes-1) + strings.Repeat(fmt.Sprintf(", %d PRESENT", pushes-1), callers)
	if got := s.read(`"features":["u:n"],"entities":{"k":[0,1,2,3,4,5,6,7,8]}`); got != want {
		s.Errorf("got %s, want %s", got, want)
	}
}

// Feast: bytes cannot be pushed by its remote client, and come back as text.
func bytesBack(s *stack) {
	event := `"` + ago(eventtime.Hour).String() + `"`
	s.pushTo("p_v", map[string][]string{"k": {"1", "2"}, "event": {event, event}, "created": {event, event}, "n": {"null", "null"}, "x": {"null", "null"}, "tags": {"null", "null"}, "b": {`"AP+AYQ=="`, `""`}})
	raw := []string{"\x00\xff\x80a", "", "\xff\xfe"}
	s.typed(3, map[string]*typespb.Value{"b": {Val: &typespb.Value_BytesVal{BytesVal: []byte(raw[2])}}})
	if got := s.read(`"features":["v:b"],"entities":{"k":[1,2,3]}`); got != `"AP+AYQ==" PRESENT, "" PRESENT, "//4=" PRESENT` {
		s.Errorf("got %s", got)
	}
	for i, v := range s.service("b", 1, 2, 3).GetValues() {
		if b, is := v.GetVal().(*typespb.Value_BytesVal); !is || string(b.BytesVal) != raw[i] {
			s.Errorf("gRPC: key %d has %v, want the bytes %x", i+1, v, raw[i])
		}
	}
}

// Feast: its remote client drops the event times.
func timed(s *stack) {
	s.push(of(1, ago(2*eventtime.Hour).Add(1), 1), of(2, ago(eventtime.Hour), nil))
	s.pushTo("p_u", map[string][]string{"k": {"1"}, "n": {"5"}, "event": {`"` + ago(3*eventtime.Hour).String() + `"`}})
	var got []string
	for _, c := range s.columns(`"features":["v:n","u:n","v:x"],"entities":{"k":[1,2,3]},"full_feature_names":true`)[1:] {
		for _, e := range c.Events {
			got = append(got, *e)
		}
	}
	const none = "1970-01-01T00:00:00Z"
	v := ago(2*eventtime.Hour).Add(1).String() + " " + ago(eventtime.Hour).String() + " " + none
	if want := v + " " + ago(3*eventtime.Hour).String() + " " + none + " " + none + " " + v; strings.Join(got, " ") != want {
		s.Errorf("got %s\nwant %s", strings.Join(got, " "), want)
	}
}
