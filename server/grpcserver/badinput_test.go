package grpcserver_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/server/grpcserver"
)

// raw is a codec that sends bytes as they are and reads none.
type raw struct{}

func (raw) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}
func (raw) Unmarshal(mem.BufferSlice, any) error { return nil }
func (raw) Name() string                         { return "proto" }

const getOnline = "/truepoint.v1.OnlineService/GetOnline"

// invoke sends bytes as a request for GetOnline.
func (f *fixture) invoke(b []byte) error {
	return f.conn.Invoke(f.t.Context(), getOnline, b, nil, grpc.ForceCodecV2(raw{}))
}

func TestBadInput_45_46_53_messages_that_are_none(t *testing.T) {
	t.Parallel()
	f := newFixture(t, &grpcserver.Options{MessageBytesMax: 1 << 20})
	f.refused("an empty message", func() error { return f.invoke(nil) }, codes.InvalidArgument, "T0010", "features")
	f.refused("cut off", func() error { return f.invoke([]byte{0x0a, 9, 'x'}) }, codes.InvalidArgument, "T0827")
	f.refused("invalid UTF-8", func() error { return f.invoke([]byte{0x0a, 1, 0xff}) }, codes.InvalidArgument, "T0827", "UTF-8")
	f.refused("longer than the limit", func() error { return f.invoke(make([]byte, 1<<20+1)) }, codes.ResourceExhausted, "", "larger than max")
	f.refused("a bomb", func() error {
		return f.conn.Invoke(t.Context(), getOnline, make([]byte, 4<<20), nil, grpc.ForceCodecV2(raw{}), grpc.UseCompressor(gzip.Name))
	}, codes.ResourceExhausted, "", "larger than max")
	f.refused("a method that is not there", func() error {
		return f.conn.Invoke(t.Context(), "/truepoint.v1.OnlineService/Nothing", []byte{}, nil, grpc.ForceCodecV2(raw{}))
	}, codes.Unimplemented, "")
}

func TestBadInput_48_unknown_members_are_ignored(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	b, err := proto.Marshal(&truepointv1.GetOnlineRequest{Features: []string{"txn:cnt"}, Entities: []*truepointv1.Column{longs("user_id", 1)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.invoke(append(b, 0xf8, 0x7f, 1)); err != nil {
		t.Error(err)
	}
}

// own and feast read txn:cnt for one entity column.
func (f *fixture) ownRead(c ...*truepointv1.Column) func() error {
	return func() error {
		_, err := f.own.GetOnline(f.t.Context(), &truepointv1.GetOnlineRequest{Features: []string{"txn:cnt"}, Entities: c})
		return err
	}
}

func (f *fixture) feastRead(values ...*typespb.Value) func() error {
	return func() error {
		_, err := f.feast.GetOnlineFeatures(f.t.Context(), &servingpb.GetOnlineFeaturesRequest{Kind: refs("txn:cnt"),
			Entities: map[string]*typespb.RepeatedValue{"user_id": {Val: values}}})
		return err
	}
}

func TestBadInput_51_52_keys_of_another_type(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for name, v := range map[string]*typespb.Value{
		"a text": text("1"), "a fraction": f64(1.5), "2^63": f64(1 << 63), "null": {}, "a boolean": {Val: &typespb.Value_BoolVal{BoolVal: true}}, "a list": {Val: &typespb.Value_Int64ListVal{}},
	} {
		f.refused(name, f.feastRead(i64(1), v), codes.InvalidArgument, "T0365", `"user_id"`, "row 2")
	}
	if err := f.feastRead(f64(1), &typespb.Value{Val: &typespb.Value_Int32Val{Int32Val: 2}})(); err != nil {
		t.Errorf("numbers that are integers: %v", err)
	}
	f.refused("null in a column", f.ownRead(&truepointv1.Column{Name: "user_id", Values: &truepointv1.Values{Kind: truepointv1.Kind_KIND_INT64, Longs: []int64{0}, Nulls: []bool{true}}}),
		codes.InvalidArgument, "T0365", "null")
	f.refused("a column without a kind", f.ownRead(&truepointv1.Column{Name: "user_id", Values: &truepointv1.Values{Longs: []int64{1}}}), codes.InvalidArgument, "T0829", `"user_id"`)
	f.refused("a column without values", f.ownRead(&truepointv1.Column{Name: "user_id"}), codes.InvalidArgument, "T0829", `"user_id"`)
}

func TestBadInput_56_58_59_60_requests_that_fit_nothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	read := func(q *truepointv1.GetOnlineRequest) func() error {
		return func() error { _, err := f.own.GetOnline(t.Context(), q); return err }
	}
	id := longs("user_id", 1)
	f.refused("columns of two lengths", f.ownRead(id, longs("x", 1, 2)), codes.InvalidArgument, "T0372", "1 rows", "2")
	f.refused("a column twice", f.ownRead(id, id), codes.InvalidArgument, "T0371")
	f.refused("no join key", f.ownRead(longs("user", 1)), codes.InvalidArgument, "T0363", "user_id")
	f.refused("a column that nothing needs", read(&truepointv1.GetOnlineRequest{Features: []string{"txn:cnt"}, Strict: true, Entities: []*truepointv1.Column{id, longs("x", 1)}}), codes.InvalidArgument, "T0364", `"x"`)
	f.refused("an unknown view", read(&truepointv1.GetOnlineRequest{Features: []string{"txm:cnt"}, Entities: []*truepointv1.Column{id}}), codes.NotFound, "T0011", "txn")
	f.refused("an unknown service", read(&truepointv1.GetOnlineRequest{FeatureService: "svd", Entities: []*truepointv1.Column{id}}), codes.NotFound, "T0013", "svc")
	f.refused("features and a service", read(&truepointv1.GetOnlineRequest{FeatureService: "svc", Features: []string{"txn:cnt"}, Entities: []*truepointv1.Column{id}}), codes.InvalidArgument, "T0342")
	f.refused("an on_error of the future", read(&truepointv1.GetOnlineRequest{OnError: 9}), codes.InvalidArgument, "T0829")
	f.refused("a name in entities and request_context", func() error {
		_, err := f.feast.GetOnlineFeatures(t.Context(), &servingpb.GetOnlineFeaturesRequest{Kind: refs("txn:cnt"), Entities: users(1), RequestContext: users(1)})
		return err
	}, codes.InvalidArgument, "T0371", "user_id")
	if _, err := f.feast.GetOnlineFeatures(t.Context(), &servingpb.GetOnlineFeaturesRequest{Kind: refs("txn:cnt"), Entities: users()}); err != nil {
		t.Errorf("no entities: %v", err)
	}
}

func TestBadInput_62_63_64_rows_that_are_pushed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	row := func(change func(map[string]*typespb.Value)) map[string]*typespb.Value {
		r := map[string]*typespb.Value{"user_id": i64(9), "cnt": i64(1), "avg": f64(1), "f32": f32(1), "country": text("x"), "seen": ts(1), "tags": {}, "event_timestamp": ts(at("2026-11-24T00:00:00Z")), "created": ts(at("2026-11-24T00:00:00Z"))}
		change(r)
		return r
	}
	for name, change := range map[string]func(map[string]*typespb.Value){
		"without a time":   func(r map[string]*typespb.Value) { delete(r, "event_timestamp") },
		"a null time":      func(r map[string]*typespb.Value) { r["event_timestamp"] = &typespb.Value{} },
		"nanoseconds":      func(r map[string]*typespb.Value) { r["event_timestamp"] = ts(1e18) },
		"in the future":    func(r map[string]*typespb.Value) { r["event_timestamp"] = ts(int64(now)/1e6 + 3600) },
		"a column more":    func(r map[string]*typespb.Value) { r["x"] = i64(1) },
		"a column less":    func(r map[string]*typespb.Value) { delete(r, "cnt") },
		"a wrong type":     func(r map[string]*typespb.Value) { r["cnt"] = text("many") },
		"a null key":       func(r map[string]*typespb.Value) { r["user_id"] = &typespb.Value{} },
		"2^53+1 for a f64": func(r map[string]*typespb.Value) { r["avg"] = i64(1<<53 + 1) },
	} {
		typed := row(change)
		f.refused("push: "+name, func() error {
			_, err := f.writes.Push(t.Context(), &servingpb.PushRequest{StreamFeatureView: "txn_push", TypedFeatures: typed})
			return err
		}, codes.InvalidArgument, "")
		f.refused("write: "+name, func() error {
			_, err := f.writes.WriteToOnlineStore(t.Context(), &servingpb.WriteToOnlineStoreRequest{FeatureViewName: "txn", TypedFeatures: typed})
			return err
		}, codes.InvalidArgument, "")
	}
	for name, c := range map[string]struct {
		q    *servingpb.PushRequest
		code codes.Code
		id   string
	}{
		"no source":      {&servingpb.PushRequest{}, codes.InvalidArgument, "T0828"},
		"no row":         {&servingpb.PushRequest{StreamFeatureView: "txn_push"}, codes.InvalidArgument, "T0828"},
		"two rows":       {&servingpb.PushRequest{StreamFeatureView: "txn_push", Features: map[string]string{"cnt": "1"}, TypedFeatures: row(func(map[string]*typespb.Value) {})}, codes.InvalidArgument, "T0828"},
		"a wrong target": {&servingpb.PushRequest{StreamFeatureView: "txn_push", To: "both"}, codes.InvalidArgument, "T0460"},
		"no such source": {&servingpb.PushRequest{StreamFeatureView: "txn_pull", TypedFeatures: row(func(map[string]*typespb.Value) {})}, codes.NotFound, "T0466"},
	} {
		f.refused(name, func() error { _, err := f.writes.Push(t.Context(), c.q); return err }, c.code, c.id)
	}
	f.refused("no view", func() error {
		_, err := f.writes.WriteToOnlineStore(t.Context(), &servingpb.WriteToOnlineStoreRequest{})
		return err
	}, codes.InvalidArgument, "T0828")
	f.push(1, at("2026-11-20T00:00:00Z"), map[string]*typespb.Value{"cnt": i64(7), "avg": {}, "f32": {}, "country": {}, "seen": {}, "tags": {}})
	got, err := f.own.GetOnline(t.Context(), &truepointv1.GetOnlineRequest{Features: []string{"txn:cnt"}, Entities: []*truepointv1.Column{longs("user_id", 1)}})
	if err != nil || got.GetFeatures()[0].GetValues().GetLongs()[0] != 1<<53+1 {
		t.Errorf("after an older row: %v, %v", got, err)
	}
}

func TestRowsAsTextsAreReadAsInCSV(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	row := map[string]string{"user_id": "8", "cnt": "9007199254740993", "avg": "NaN", "f32": "0.1", "country": "é", "seen": "2026-11-24T01:02:03Z", "tags": `["a"]`, "event_timestamp": "2026-11-24T03:00:00Z", "created": "2026-11-24T03:00:00Z"}
	if r, err := f.writes.WriteToOnlineStore(t.Context(), &servingpb.WriteToOnlineStoreRequest{FeatureViewName: "txn", Features: row}); err != nil || !r.GetStatus() {
		t.Fatal(r, err)
	}
	got, err := f.own.GetOnline(t.Context(), &truepointv1.GetOnlineRequest{Features: []string{"txn:cnt", "txn:country"}, Entities: []*truepointv1.Column{longs("user_id", 8)}})
	if err != nil || got.GetFeatures()[0].GetValues().GetLongs()[0] != 1<<53+1 || got.GetFeatures()[1].GetValues().GetTexts()[0] != "é" {
		t.Errorf("got %v, %v", got, err)
	}
	row["cnt"] = "1.0"
	f.refused("a text that is no Int64", func() error {
		_, err := f.writes.Push(t.Context(), &servingpb.PushRequest{StreamFeatureView: "txn_push", Features: row})
		return err
	}, codes.InvalidArgument, "", "cnt")
}

func TestBadInput_65_66_deadlines_and_clients_that_leave(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	defer close(gate)
	f := newFixture(t, &grpcserver.Options{Deadline: time.Second}, fault.Rule{Op: "GetBatch", Times: -1, Effect: fault.Slow, Gate: gate})
	f.refused("the server's deadline", f.ownRead(longs("user_id", 1)), codes.DeadlineExceeded, "")
	f.refused("a deadline of the past", func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 0)
		defer cancel()
		_, err := f.own.GetOnline(ctx, &truepointv1.GetOnlineRequest{})
		return err
	}, codes.DeadlineExceeded, "")
}

func TestBadInput_67_names_and_headers_that_are_too_long(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.refused("a name of 1 MB", f.ownRead(longs(strings.Repeat("x", 1<<20), 1)), codes.InvalidArgument, "T0363")
	f.refused("a path without a slash", func() error {
		return f.conn.Invoke(t.Context(), "truepoint.v1.OnlineService/GetOnline", []byte{}, nil, grpc.ForceCodecV2(raw{}))
	}, codes.Unimplemented, "")
}
