package conformance_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// revisions asks by each way for v:n of key 1 and returns the revision that the answers name, and the metric.
func (s *stack) revisions() map[string]string {
	s.Helper()
	const body = `{"features":["v:n"],"entities":{"k":[1]}}`
	out := map[string]string{}
	for _, path := range []string{"/get-online-features", "/v1/online"} {
		r, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.url+path, strings.NewReader(body))
		s.must(err)
		r.Header.Set("Content-Type", "application/json")
		answer, err := s.client.Do(r)
		s.must(err)
		text, err := io.ReadAll(answer.Body)
		s.must(err)
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			s.Fatalf("%s: %s %s", path, answer.Status, text)
		}
		out[path] = answer.Header.Get("X-Truepoint-Revision")
		if path == "/v1/online" && !strings.Contains(string(text), `"revision":`+out[path]+`,`) {
			s.Errorf("the header says %q, the answer %s", out[path], text)
		}
	}
	var head metadata.MD
	one := &typespb.RepeatedValue{Val: []*typespb.Value{{Val: &typespb.Value_Int64Val{Int64Val: 1}}}}
	_, err := s.feast.GetOnlineFeatures(s.Context(), &servingpb.GetOnlineFeaturesRequest{
		Kind:     &servingpb.GetOnlineFeaturesRequest_Features{Features: &servingpb.FeatureList{Val: []string{"v:n"}}},
		Entities: map[string]*typespb.RepeatedValue{"k": one},
	}, grpc.Header(&head))
	s.must(err)
	out["Feast's service"] = strings.Join(head.Get("x-truepoint-revision"), " ")
	own, err := s.own.GetOnline(s.Context(), &truepointv1.GetOnlineRequest{
		Features: []string{"v:n"}, Entities: []*truepointv1.Column{{Name: "k", Values: &truepointv1.Values{Kind: truepointv1.Kind_KIND_INT64, Longs: []int64{1}}}},
	})
	s.must(err)
	out["our service"] = fmt.Sprint(own.GetRevision())
	out["metric"] = s.metric("truepoint_registry_revision")
	return out
}

// metric returns the value of a metric without labels.
func (s *stack) metric(name string) string {
	s.Helper()
	answer, err := s.client.Get(s.url + "/metrics")
	s.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	s.must(err)
	_, rest, _ := strings.Cut(string(text), "\n"+name+" ")
	number, _, _ := strings.Cut(rest, "\n")
	return number
}

// Two servers on one store, of which one has not read what was applied yet: each tells in every answer and in its metrics
// which revision it answers by, and both answer.
func TestBadInput_101_every_answer_names_its_revision(t *testing.T) {
	t.Parallel()
	onEveryStore(t, faultSet, func(s *stack) {
		s.push(of(1, ago(eventtime.Hour), 7))
		want := func(s *stack, revision string) {
			s.Helper()
			for way, got := range s.revisions() {
				if got != revision {
					s.Errorf("%s names revision %q, want %s", way, got, revision)
				}
			}
			s.wants("7 PRESENT", 1)
		}
		want(s, "1")
		set := faultSet()
		set.Views[0].Schema = append(set.Views[0].Schema, feature.Field{Name: "later", Type: value.Scalar(value.Int64)})
		newer := s.another()
		p, err := newer.store.Plan(s.Context(), set)
		s.must(err)
		_, err = newer.store.Apply(s.Context(), p, apply.Options{})
		s.must(err)
		newer.serve()
		want(newer, "2")
		want(s, "1")
		unchanged := datatest.Stores(s, s.parts)
		if status, text := s.post("/get-online-features", `{"features":["v:later"],"entities":{"k":[1]}}`); status != 404 {
			s.Errorf("a feature of the newer revision: %d %s", status, text)
		}
		unchanged()
	})
}

// another returns a stack of another process on the same stores, whose servers do not run yet.
func (s *stack) another() *stack {
	s.Helper()
	out := *s
	var err error
	out.store, err = truepoint.New(s.parts)
	s.must(err)
	return &out
}

// That a value is null, too old or not there are answers; that nobody could look is none, and Feast's clients, who would take
// it for a null, get an error.
func TestBadInput_61_a_value_that_is_null_expired_absent_or_not_to_be_had(t *testing.T) {
	t.Parallel()
	faults, memory := fault.New(), backends()[0]
	memory.wrap = func(d online.Driver) online.Driver { return fault.Online(d, faults) }
	s := newStack(t, memory, faultSet())
	s.push(of(1, ago(eventtime.Hour), 7), of(2, ago(eventtime.Hour), nil), of(3, ago(2*eventtime.Day), 1))
	s.wants("7 PRESENT, null NULL_VALUE, null OUTSIDE_MAX_AGE, null NOT_FOUND", 1, 2, 3, 4)
	ownStatuses := func() []truepointv1.Status {
		own, err := s.own.GetOnline(t.Context(), &truepointv1.GetOnlineRequest{
			Features: []string{"v:n"}, Entities: []*truepointv1.Column{{Name: "k", Values: &truepointv1.Values{Kind: truepointv1.Kind_KIND_INT64, Longs: []int64{1, 2, 3, 4}}}},
		})
		s.must(err)
		return own.GetFeatures()[0].GetStatuses()
	}
	if got := fmt.Sprint(ownStatuses()); got != "[STATUS_PRESENT STATUS_NULL_VALUE STATUS_OUTSIDE_MAX_AGE STATUS_NOT_FOUND]" {
		t.Errorf("our service: %s", got)
	}
	faults.Set(fault.Rule{Op: "GetBatch", Times: -1})
	unchanged := datatest.Stores(t, s.parts)
	const read = `{"features":["v:n"],"entities":{"k":[1,4]}}`
	if status, text := s.post("/get-online-features", read); status != 503 {
		t.Errorf("Feast's route: %d %s", status, text)
	}
	if status, text := s.post("/v1/online", read); status != 200 || !strings.Contains(text, `"values":[null,null],"statuses":["ERROR","ERROR"],"event_timestamps":[null,null],"reasons":["store_unavailable","store_unavailable"]`) {
		t.Errorf("our route: %d %s", status, text)
	}
	if status, text := s.post("/v1/online", strings.TrimSuffix(read, "}")+`,"on_error":"fail"}`); status != 503 {
		t.Errorf("our route, told to fail: %d %s", status, text)
	}
	one := &typespb.RepeatedValue{Val: []*typespb.Value{{Val: &typespb.Value_Int64Val{Int64Val: 1}}}}
	_, err := s.feast.GetOnlineFeatures(t.Context(), &servingpb.GetOnlineFeaturesRequest{
		Kind:     &servingpb.GetOnlineFeaturesRequest_Features{Features: &servingpb.FeatureList{Val: []string{"v:n"}}},
		Entities: map[string]*typespb.RepeatedValue{"k": one},
	})
	if status.Code(err) != codes.Unavailable {
		t.Errorf("Feast's service: %v", err)
	}
	if got := fmt.Sprint(ownStatuses()); got != "[STATUS_ERROR STATUS_ERROR STATUS_ERROR STATUS_ERROR]" {
		t.Errorf("our service: %s", got)
	}
	unchanged()
}
