package grpcserver_test

import (
	"context"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// fixedStore answers with what it was given.
type fixedStore struct {
	slowStore
	answer *serving.Response
}

func (s *fixedStore) Online(context.Context, *serving.Request) (*serving.Response, error) {
	return s.answer, nil
}

// TestAnswersOfHundredRowsCostNoMoreMemoryThanOfOne counts client and server, whose store costs nothing. Memory per cell
// would be 5,000 more.
func TestAnswersOfHundredRowsCostNoMoreMemoryThanOfOne(t *testing.T) {
	var counts [2]float64
	for i, rows := range []int{1, 100} {
		answer := &serving.Response{AsOf: now, Rows: rows}
		for range 50 {
			answer.Columns = append(answer.Columns, serving.Column{Name: "f", View: "v", Field: feature.Field{Type: value.Scalar(value.Int64)}, Cells: make([]serving.Cell, rows)})
		}
		c := dial(t, serve(t, &fixedStore{answer: answer}, nil, loopback(t)))
		request, err := proto.Marshal(&truepointv1.GetOnlineRequest{FeatureService: "s", Entities: []*truepointv1.Column{longs("user_id", 1)}})
		if err != nil {
			t.Fatal(err)
		}
		counts[i] = testing.AllocsPerRun(200, func() {
			if err := c.Invoke(t.Context(), getOnline, request, nil, grpc.ForceCodecV2(raw{})); err != nil {
				t.Fatal(err)
			}
		})
	}
	if counts[1] > counts[0]+40 {
		t.Errorf("100 rows cost %v allocations, one row %v", counts[1], counts[0])
	}
	t.Logf("allocations of client and server for 1 and 100 rows: %v", counts)
}
