package conformance_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/datatest"
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
