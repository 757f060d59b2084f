package grpcserver_test

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online/embeddedonline"
	"github.com/truepoint/truepoint/server/grpcserver"
)

// wide returns a server on an embedded store of entities with fifty features.
func wide(t testing.TB, entities int) *grpcserver.Server {
	t.Helper()
	driver, err := embeddedonline.Open(t.Context(), t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	rig := storetest.Wide(t, now, driver, entities)
	t.Cleanup(func() { rig.Store.Close() })
	return grpcserver.New(rig.Store, nil)
}

// A call is a request that is made again and again, as it arrives.
type call struct {
	service int
	method  string
	request []byte
}

// calls are those that read fifty features of so many entities.
func calls(t testing.TB, rows int) map[string]call {
	t.Helper()
	ids := make([]int64, rows)
	for i := range ids {
		ids[i] = int64(i)
	}
	out := map[string]call{}
	for name, c := range map[string]struct {
		service int
		method  string
		request proto.Message
	}{
		"ours":    {2, "GetOnline", &truepointv1.GetOnlineRequest{FeatureService: "all", Entities: []*truepointv1.Column{longs("k", ids...)}}},
		"Feast's": {0, "GetOnlineFeatures", &servingpb.GetOnlineFeaturesRequest{Kind: &servingpb.GetOnlineFeaturesRequest_FeatureService{FeatureService: "all"}, Entities: column("k", ids...)}},
	} {
		b, err := proto.Marshal(c.request)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = call{c.service, c.method, b}
	}
	return out
}

// TestAllocationsOfARequest bounds what a request allocates beyond what gRPC does to receive and to send: the same for one
// entity and for a thousand. It is not parallel, because the allocations of other tests would count.
func TestAllocationsOfARequest(t *testing.T) {
	s, ctx := wide(t, 1000), context.WithoutCancel(t.Context())
	for _, rows := range []int{1, 1000} {
		for name, c := range calls(t, rows) {
			ask := func() {
				if size, err := s.Handle(ctx, c.service, c.method, c.request); err != nil || size < 300*rows {
					t.Fatalf("%s, %d rows: %d bytes, %v", name, rows, size, err)
				}
			}
			ask()
			n := testing.AllocsPerRun(100, ask)
			if n > 10 {
				t.Errorf("%s, %d rows: %.0f allocations, want at most 10", name, rows, n)
			}
			t.Logf("%s, %d rows: %.0f allocations", name, rows, n)
		}
	}
}

func BenchmarkOnline(b *testing.B) {
	s, ctx := wide(b, 1000), context.WithoutCancel(b.Context())
	for _, rows := range []int{1, 100} {
		for name, c := range calls(b, rows) {
			b.Run(fmt.Sprintf("%s/%dx50", name, rows), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.Handle(ctx, c.service, c.method, c.request); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
