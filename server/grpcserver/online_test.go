package grpcserver_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/server/grpcserver"
)

// wantText compares a message with its text form.
func wantText(t *testing.T, what string, got, want proto.Message, text string) {
	t.Helper()
	if err := prototext.Unmarshal([]byte(text), want); err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, prototext.Format(got), prototext.Format(want))
	}
}

func TestFeastServicesAnswerEveryStatus(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	q := &servingpb.GetOnlineFeaturesRequest{Kind: refs("txn:cnt", "txn:country"), Entities: users(1, 2, 3, 4)}
	const want = `metadata { feature_names { val: "user_id" val: "cnt" val: "country" } }
results { values { int64_val: 1 } values { int64_val: 2 } values { int64_val: 3 } values { int64_val: 4 }
  statuses: [PRESENT, PRESENT, PRESENT, PRESENT] event_timestamps {} event_timestamps {} event_timestamps {} event_timestamps {} }
results { values { int64_val: 9007199254740993 } values {} values {} values {} statuses: [PRESENT, NULL_VALUE, OUTSIDE_MAX_AGE, NOT_FOUND]
  event_timestamps { seconds: 1795489200 } event_timestamps { seconds: 1795489201 } event_timestamps { seconds: 1793491200 } event_timestamps {} }
results { values { string_val: "FR" } values {} values {} values {} statuses: [PRESENT, NULL_VALUE, OUTSIDE_MAX_AGE, NOT_FOUND]
  event_timestamps { seconds: 1795489200 } event_timestamps { seconds: 1795489201 } event_timestamps { seconds: 1793491200 } event_timestamps {} }`
	got, err := f.feast.GetOnlineFeatures(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, "ServingService", got, &servingpb.GetOnlineFeaturesResponse{}, want)
	if got, err = f.writes.GetOnlineFeatures(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	wantText(t, "GrpcFeatureServer", got, &servingpb.GetOnlineFeaturesResponse{}, want)
	q.Kind = &servingpb.GetOnlineFeaturesRequest_FeatureService{FeatureService: "svc"}
	if got, err = f.feast.GetOnlineFeatures(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	wantText(t, "a service", got, &servingpb.GetOnlineFeaturesResponse{}, want)
	q.FullFeatureNames, q.IncludeFeatureViewVersionMetadata = true, true
	if got, err = f.feast.GetOnlineFeatures(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	if names := got.GetMetadata().GetFeatureNames().GetVal(); !slices.Equal(names, []string{"user_id", "txn__cnt", "txn__country"}) {
		t.Errorf("full names: %v", names)
	}
}

func TestGetOnlineAnswersEveryStatusInColumns(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	got, err := f.own.GetOnline(t.Context(), &truepointv1.GetOnlineRequest{Features: []string{"txn:cnt", "txn:country", "txn:tags", "txn:cnt"}, Entities: []*truepointv1.Column{longs("user_id", 1, 2, 3, 4)}})
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, "GetOnline", got, &truepointv1.GetOnlineResponse{}, `as_of_micros: 1795564800000000 revision: 1 rows: 4
features { name: "cnt" view: "txn" values { kind: KIND_INT64 nulls: [false, true, true, true] longs: [9007199254740993, 0, 0, 0] } statuses: [STATUS_PRESENT, STATUS_NULL_VALUE, STATUS_OUTSIDE_MAX_AGE, STATUS_NOT_FOUND] }
features { name: "country" view: "txn" values { kind: KIND_STRING nulls: [false, true, true, true] texts: ["FR", "", "", ""] } statuses: [STATUS_PRESENT, STATUS_NULL_VALUE, STATUS_OUTSIDE_MAX_AGE, STATUS_NOT_FOUND] }
features { name: "tags" view: "txn" values { kind: KIND_ARRAY nulls: [false, true, true, true] ends: [2, 2, 2, 2] parts { kind: KIND_STRING texts: ["a", "b"] } } statuses: [STATUS_PRESENT, STATUS_NULL_VALUE, STATUS_OUTSIDE_MAX_AGE, STATUS_NOT_FOUND] }
features { name: "cnt" view: "txn" values { kind: KIND_INT64 nulls: [false, true, true, true] longs: [9007199254740993, 0, 0, 0] } statuses: [STATUS_PRESENT, STATUS_NULL_VALUE, STATUS_OUTSIDE_MAX_AGE, STATUS_NOT_FOUND] }
event_times { micros: [1795489200000000, 1795489201000000, 1793491200000000, -9223372036854775808] }`)
	got, err = f.own.GetOnline(t.Context(), &truepointv1.GetOnlineRequest{FeatureService: "svc", FullFeatureNames: true, Entities: []*truepointv1.Column{longs("user_id", 1)}})
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, "a service, all present", got, &truepointv1.GetOnlineResponse{}, `as_of_micros: 1795564800000000 revision: 1 rows: 1
features { name: "txn__cnt" view: "txn" values { kind: KIND_INT64 longs: 9007199254740993 } }
features { name: "txn__country" view: "txn" values { kind: KIND_STRING texts: "FR" } }
event_times { micros: 1795489200000000 }`)
}

func TestNumbersCrossBitForBit(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	feast, err := f.feast.GetOnlineFeatures(t.Context(), &servingpb.GetOnlineFeaturesRequest{Kind: refs("txn:avg", "txn:f32"), Entities: users(1, 2)})
	if err != nil {
		t.Fatal(err)
	}
	own, err := f.own.GetOnline(t.Context(), &truepointv1.GetOnlineRequest{Features: []string{"txn:avg", "txn:f32", "txn:seen"}, Entities: []*truepointv1.Column{longs("user_id", 1, 2)}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{math.Copysign(0, -1), math.NaN()} {
		for what, got := range map[string]float64{"Feast": feast.GetResults()[1].GetValues()[i].GetDoubleVal(), "ours": own.GetFeatures()[0].GetValues().GetDoubles()[i]} {
			if math.Float64bits(got) != math.Float64bits(want) {
				t.Errorf("%s: got %x, want %x", what, math.Float64bits(got), math.Float64bits(want))
			}
		}
	}
	for i, want := range []float32{1.25, float32(math.Inf(-1))} {
		if a, b := feast.GetResults()[2].GetValues()[i].GetFloatVal(), own.GetFeatures()[1].GetValues().GetFloats()[i]; a != want || b != want {
			t.Errorf("got %v and %v, want %v", a, b, want)
		}
	}
	if got := own.GetFeatures()[2].GetValues().GetLongs()[0]; got != 1795351882*1e6 {
		t.Errorf("a time: got %d", got)
	}
}

func TestOnDemandFeaturesReadTheRequest(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.push(1, at("2026-11-24T04:00:00Z"), map[string]*typespb.Value{"cnt": i64(1), "avg": f64(13), "f32": {}, "country": {}, "seen": {}, "tags": {}})
	amount := &typespb.RepeatedValue{Val: []*typespb.Value{f64(26)}}
	q := &servingpb.GetOnlineFeaturesRequest{Kind: refs("now:ratio"), Entities: users(1), RequestContext: map[string]*typespb.RepeatedValue{"amount": amount}}
	const want = `metadata { feature_names { val: "user_id" val: "ratio" } } results { values { int64_val: 1 } statuses: PRESENT event_timestamps {} }
results { values { double_val: 2 } statuses: PRESENT event_timestamps { seconds: 1795492800 } }`
	got, err := f.feast.GetOnlineFeatures(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, "request_context", got, &servingpb.GetOnlineFeaturesResponse{}, want)
	q.RequestContext, q.Entities["amount"] = nil, amount
	if got, err = f.feast.GetOnlineFeatures(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	wantText(t, "among the entities", got, &servingpb.GetOnlineFeaturesResponse{}, want)
	own, err := f.own.GetOnline(t.Context(), &truepointv1.GetOnlineRequest{Features: []string{"now:ratio"}, Entities: []*truepointv1.Column{longs("user_id", 1), longs("amount", 26)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := own.GetFeatures()[0]; got.GetView() != "now" || got.GetValues().GetDoubles()[0] != 2 {
		t.Errorf("got %v", got)
	}
}

func TestAsOfIsWhatTheCallerSays(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	early := at("2026-11-24T02:00:00Z") * 1e6
	got, err := f.own.GetOnline(t.Context(), &truepointv1.GetOnlineRequest{Features: []string{"txn:cnt"}, AsOfMicros: &early, Entities: []*truepointv1.Column{longs("user_id", 1, 4)}})
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, "an earlier as_of", got, &truepointv1.GetOnlineResponse{}, `as_of_micros: 1795485600000000 revision: 1 rows: 2
features { name: "cnt" view: "txn" values { kind: KIND_INT64 nulls: [true, true] longs: [0, 0] } statuses: [STATUS_ERROR, STATUS_NOT_FOUND] reasons: ["as_of_not_kept", ""] }
event_times { micros: [1795489200000000, -9223372036854775808] }`)
	wrong := int64(eventtime.Max) + 1
	_, err = f.own.GetOnline(t.Context(), &truepointv1.GetOnlineRequest{Features: []string{"txn:cnt"}, AsOfMicros: &wrong, Entities: []*truepointv1.Column{longs("user_id", 1)}})
	wantError(t, "an as_of after the year 9999", err, codes.OutOfRange, "")
}

func TestAStoreThatCannotAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, fault.Rule{Op: "GetBatch", Times: -1})
	_, err := f.feast.GetOnlineFeatures(t.Context(), &servingpb.GetOnlineFeaturesRequest{Kind: refs("txn:cnt"), Entities: users(1)})
	wantError(t, "Feast", err, codes.Unavailable, "")
	q := &truepointv1.GetOnlineRequest{Features: []string{"txn:cnt"}, Entities: []*truepointv1.Column{longs("user_id", 1)}}
	got, err := f.own.GetOnline(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if c := got.GetFeatures()[0]; c.GetStatuses()[0] != truepointv1.Status_STATUS_ERROR || c.GetReasons()[0] != "store_unavailable" {
		t.Errorf("got %v", c)
	}
	q.OnError = truepointv1.OnError_ON_ERROR_FAIL
	_, err = f.own.GetOnline(t.Context(), q)
	wantError(t, "on_error: fail", err, codes.Unavailable, "")
}

func TestInfoAndRequestID(t *testing.T) {
	t.Parallel()
	f := newFixture(t, &grpcserver.Options{Version: "1.2.3"})
	var header metadata.MD
	ctx := metadata.AppendToOutgoingContext(t.Context(), "x-request-id", "r-1")
	info, err := f.feast.GetFeastServingInfo(ctx, &servingpb.GetFeastServingInfoRequest{}, grpc.Header(&header))
	if err != nil || info.GetVersion() != "1.2.3" || !slices.Equal(header.Get("x-request-id"), []string{"r-1"}) {
		t.Errorf("got %v, %v, %v", info, header, err)
	}
	_, err = f.own.GetOnline(ctx, &truepointv1.GetOnlineRequest{Features: []string{"txn:cmt"}, Entities: []*truepointv1.Column{longs("user_id", 1)}})
	wantDetails(t, err, `[google.rpc.ErrorInfo] { reason: "T0012" domain: "truepoint" metadata { key: "code" value: "not_found" } metadata { key: "hint" value: "did you mean cnt?" } }`,
		`[google.rpc.RequestInfo] { request_id: "r-1" }`)
	_, err = f.own.GetOnline(context.WithoutCancel(t.Context()), &truepointv1.GetOnlineRequest{Features: []string{"txn:cmt"}})
	if n := len(status.Convert(err).Details()); n != 2 {
		t.Errorf("without an identifier there are %d details: %v", n, err)
	}
}
