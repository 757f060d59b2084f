package grpcserver_test

import (
	"context"
	"maps"
	"math"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/registry/memregistry"
	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/grpcserver"
	"github.com/truepoint/truepoint/state/memstate"
	"github.com/truepoint/truepoint/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is the fixed clock of the tests: 2026-11-25T00:00:00Z.
const now eventtime.Instant = 1795564800 * 1e6

// definitions are a push source with one view, keyed by an Int64, an on-demand view of it, and a service.
func definitions() *feature.Set {
	scalar := value.Scalar
	return &feature.Set{
		Project:  "gold",
		Entities: []*feature.Entity{{Name: "user_id", JoinKeys: []string{"user_id"}, ValueType: scalar(value.Int64)}},
		Sources: []*feature.Source{
			{Name: "rows", Type: feature.FileSource, Path: "rows.parquet", TimestampField: "event_timestamp", CreatedTimestampColumn: "created"},
			{Name: "txn_push", Type: feature.PushSource, BatchSource: "rows"},
		},
		Views: []*feature.View{{Name: "txn", Entities: []string{"user_id"}, TTL: 7 * eventtime.Day, Source: "txn_push", Online: true, Schema: []feature.Field{
			{Name: "cnt", Type: scalar(value.Int64)},
			{Name: "avg", Type: scalar(value.Float64)},
			{Name: "f32", Type: scalar(value.Float32)},
			{Name: "country", Type: scalar(value.String)},
			{Name: "seen", Type: scalar(value.UnixTimestamp)},
			{Name: "tags", Type: value.ArrayOf(scalar(value.String))},
		}}},
		OnDemand: []*feature.OnDemandView{{Name: "now", Sources: []feature.OnDemandSource{{View: "txn"}, {Request: "request", Schema: []feature.Field{{Name: "amount", Type: scalar(value.Float64)}}}},
			Features: []feature.OnDemandFeature{{Field: feature.Field{Name: "ratio", Type: scalar(value.Float64)}, Expression: "amount / avg"}}}},
		Services: []*feature.Service{{Name: "svc", Features: []feature.Projection{{View: "txn", Features: []string{"cnt", "country"}}}}},
	}
}

// A fixture is a server on memory stores, and a client of it.
type fixture struct {
	t      *testing.T
	parts  *truepoint.Options
	conn   *grpc.ClientConn
	feast  servingpb.ServingServiceClient
	writes servingpb.GrpcFeatureServerClient
	own    truepointv1.OnlineServiceClient
}

// newFixture serves definitions on a Unix socket, with an online store under rules, and rows pushed: user 1 complete, user 2 with nulls and special numbers, user 3 expired.
func newFixture(t *testing.T, opt *grpcserver.Options, rules ...fault.Rule) *fixture {
	t.Helper()
	f := &fixture{t: t, parts: &truepoint.Options{Project: "gold", Registry: memregistry.New(), State: memstate.New(), Offline: memoffline.New(),
		Online: fault.Online(memonline.New(), fault.New(rules...)), Clock: func() eventtime.Instant { return now }}}
	store, err := truepoint.New(f.parts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	set := definitions()
	if err := feature.Validate(set); err != nil {
		t.Fatal(err)
	}
	p, err := store.Plan(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Apply(t.Context(), p, apply.Options{}); err != nil {
		t.Fatal(err)
	}
	l, err := access.BindSocket(filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	f.use(dial(t, serve(t, store, opt, l)))
	f.push(1, at("2026-11-24T03:00:00Z"), map[string]*typespb.Value{"cnt": i64(1<<53 + 1), "avg": f64(math.Copysign(0, -1)), "f32": f32(1.25), "country": text("FR"), "seen": ts(1795351882),
		"tags": {Val: &typespb.Value_StringListVal{StringListVal: &typespb.StringList{Val: []string{"a", "b"}}}}})
	f.push(2, at("2026-11-24T03:00:01Z"), map[string]*typespb.Value{"cnt": {}, "avg": f64(math.NaN()), "f32": f32(float32(math.Inf(-1))), "country": {}, "seen": {}, "tags": {}})
	f.push(3, at("2026-11-01T00:00:00Z"), map[string]*typespb.Value{"cnt": i64(1), "avg": f64(1), "f32": f32(1), "country": text("x"), "seen": ts(1), "tags": {}})
	return f
}

// serve serves store on l until the test ends, and returns where.
func serve(t *testing.T, store grpcserver.Store, opt *grpcserver.Options, l net.Listener) (target string) {
	t.Helper()
	target, stop := start(t, store, opt, l)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return target
}

// start serves store on l, and returns where, and what stops it.
func start(t *testing.T, store grpcserver.Store, opt *grpcserver.Options, l net.Listener) (target string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	s := grpcserver.New(store, opt)
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	target = "dns:///" + l.Addr().String()
	if l.Addr().Network() == "unix" {
		target = "unix://" + l.Addr().String()
	}
	return target, func() error { cancel(); return <-done }
}

func dial(t *testing.T, target string, opts ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	opts = append([]grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy()}, opts...)
	c, err := grpc.NewClient(strings.Replace(target, "dns:///", "passthrough:///", 1), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil && status.Code(err) != codes.Canceled {
			t.Error(err)
		}
	})
	return c
}

func (f *fixture) use(c *grpc.ClientConn) {
	f.conn, f.feast, f.writes, f.own = c, servingpb.NewServingServiceClient(c), servingpb.NewGrpcFeatureServerClient(c), truepointv1.NewOnlineServiceClient(c)
}

func i64(n int64) *typespb.Value { return &typespb.Value{Val: &typespb.Value_Int64Val{Int64Val: n}} }
func f64(x float64) *typespb.Value {
	return &typespb.Value{Val: &typespb.Value_DoubleVal{DoubleVal: x}}
}
func f32(x float32) *typespb.Value { return &typespb.Value{Val: &typespb.Value_FloatVal{FloatVal: x}} }
func text(s string) *typespb.Value {
	return &typespb.Value{Val: &typespb.Value_StringVal{StringVal: s}}
}
func ts(s int64) *typespb.Value {
	return &typespb.Value{Val: &typespb.Value_UnixTimestampVal{UnixTimestampVal: s}}
}

func at(text string) int64 {
	i, err := eventtime.Parse(text, nil)
	if err != nil {
		panic(err)
	}
	return int64(i) / 1e6
}

// push pushes a row.
func (f *fixture) push(user, event int64, row map[string]*typespb.Value) {
	f.t.Helper()
	row = maps.Clone(row)
	row["user_id"], row["event_timestamp"], row["created"] = i64(user), ts(event), ts(event)
	r, err := f.writes.Push(f.t.Context(), &servingpb.PushRequest{StreamFeatureView: "txn_push", TypedFeatures: row, To: "online"})
	if err != nil || !r.GetStatus() {
		f.t.Fatalf("push: %v, %v", r, err)
	}
}

// users is an entity column of Feast's requests.
func users(ids ...int64) map[string]*typespb.RepeatedValue { return column("user_id", ids...) }

func column(name string, ids ...int64) map[string]*typespb.RepeatedValue {
	c := &typespb.RepeatedValue{}
	for _, id := range ids {
		c.Val = append(c.Val, i64(id))
	}
	return map[string]*typespb.RepeatedValue{name: c}
}

// refs is a list of features of Feast's requests.
func refs(names ...string) *servingpb.GetOnlineFeaturesRequest_Features {
	return &servingpb.GetOnlineFeaturesRequest_Features{Features: &servingpb.FeatureList{Val: names}}
}

// longs is a column of Int64 of our requests.
func longs(name string, ids ...int64) *truepointv1.Column {
	return &truepointv1.Column{Name: name, Values: &truepointv1.Values{Kind: truepointv1.Kind_KIND_INT64, Longs: ids}}
}

// wantError checks that err has a code, an identifier, and every part in its text and hint; and what gRPC says itself, ""
// for the identifier.
func wantError(t *testing.T, what string, err error, code codes.Code, id string, parts ...string) {
	t.Helper()
	st := status.Convert(err)
	if st.Code() != code {
		t.Errorf("%s: got %v, want %v", what, err, code)
	}
	for _, p := range parts {
		if !strings.Contains(st.Message(), p) {
			t.Errorf("%s: got %q, want a text with %q", what, st.Message(), p)
		}
	}
	if i := slices.IndexFunc(st.Details(), func(d any) bool { _, ok := d.(*errdetails.ErrorInfo); return ok }); id != "" &&
		(i < 0 || st.Details()[i].(*errdetails.ErrorInfo).Reason != id) {
		t.Errorf("%s: got the details %v, want the reason %s", what, st.Details(), id)
	}
}

// wantDetails checks the details of err, in order.
func wantDetails(t *testing.T, err error, want ...string) {
	t.Helper()
	details := status.Convert(err).Details()
	if len(details) != len(want) {
		t.Errorf("%v: got the details %v", err, details)
		return
	}
	for i, text := range want {
		kind, text, _ := strings.Cut(text, " ")
		got := details[i].(proto.Message)
		if name := "[" + string(got.ProtoReflect().Descriptor().FullName()) + "]"; name != kind {
			t.Errorf("%v: detail %d is a %s, want %s", err, i, name, kind)
			continue
		}
		wantText(t, kind, got, got.ProtoReflect().New().Interface(), strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}"))
	}
}

// refused runs call, which must fail so and leave the stores as they were.
func (f *fixture) refused(what string, call func() error, code codes.Code, id string, parts ...string) {
	f.t.Helper()
	unchanged := datatest.Stores(f.t, f.parts)
	err := call()
	wantError(f.t, what, err, code, id, parts...)
	unchanged()
}
