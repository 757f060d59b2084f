package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/bench/activity"
	"github.com/truepoint/truepoint/bench/reads"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/server/onlineproto"
	"github.com/truepoint/truepoint/serving"
)

// A method is one that is asked.
type method struct {
	name    string // full
	request func(keys []int) proto.Message
	answer  func([]byte, *serving.Response) []byte // what it must answer
}

var own = &method{"/truepoint.v1.OnlineService/GetOnline", func(keys []int) proto.Message {
	c := &truepointv1.Values{Kind: truepointv1.Kind_KIND_INT64}
	for _, k := range keys {
		c.Longs = append(c.Longs, int64(k))
	}
	return &truepointv1.GetOnlineRequest{FeatureService: reads.Service, Entities: []*truepointv1.Column{{Name: activity.Key, Values: c}}}
}, onlineproto.Append}

var feast = &method{"/feast.serving.ServingService/GetOnlineFeatures", func(keys []int) proto.Message {
	c := &typespb.RepeatedValue{}
	for _, k := range keys {
		c.Val = append(c.Val, &typespb.Value{Val: &typespb.Value_Int64Val{Int64Val: int64(k)}})
	}
	return &servingpb.GetOnlineFeaturesRequest{Kind: &servingpb.GetOnlineFeaturesRequest_FeatureService{FeatureService: reads.Service},
		Entities: map[string]*typespb.RepeatedValue{activity.Key: c}}
}, onlineproto.AppendFeast}

// raw is a codec of bytes: neither side of the load encodes or decodes while it is measured.
type raw struct{}

// Marshal sends the bytes.
func (raw) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(*v.(*[]byte))}, nil
}

// Unmarshal copies them.
func (raw) Unmarshal(data mem.BufferSlice, v any) error {
	b := v.(*[]byte)
	*b = slices.Grow((*b)[:0], data.Len())[:data.Len()]
	data.CopyTo(*b)
	return nil
}

// Name is that of protobuf, which servers expect.
func (raw) Name() string { return "proto" }

// A load sends requests one after the other over one connection, each when the answer to the one before is complete.
type load struct {
	conn     *grpc.ClientConn
	work     work
	keys     [][]int
	requests [][]byte
	answer   []byte
	next     int
}

// newLoad returns the load of a work on a server.
func (b *bench) newLoad(address string, w work) (*load, error) {
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.ForceCodecV2(raw{})))
	if err != nil {
		return nil, err
	}
	l := &load{conn: conn, work: w, keys: b.Repository.KeysOf(w.rows)}
	for _, keys := range l.keys {
		r, err := proto.Marshal(w.method.request(keys))
		if err != nil {
			return nil, err
		}
		l.requests = append(l.requests, r)
	}
	return l, nil
}

func (l *load) close() { _ = l.conn.Close() }

// ask sends the next request.
func (l *load) ask(ctx context.Context) error {
	l.next++
	return l.conn.Invoke(ctx, l.work.method.name, &l.requests[l.next%len(l.requests)], &l.answer)
}

// run sends requests for a time to a server, of which it measures the CPU time.
func (l *load) run(ctx context.Context, pid int, slice time.Duration) (reads.Result, error) {
	return reads.Slice(pid, 0, func() (reads.Result, error) {
		return reads.TakeFor(slice, func() error { return l.ask(ctx) })
	})
}

// check compares every answer, cold and warm, with what the engines of this repository answer here, as of the same instant,
// and returns the length of one.
func (l *load) check(ctx context.Context, r *reads.Repository) (size int, err error) {
	s, err := r.Open(ctx)
	if err != nil {
		return 0, err
	}
	defer func() {
		if cerr := s.Close(); err == nil {
			err = cerr
		}
	}()
	for range 2 {
		for range l.requests {
			if err := l.ask(ctx); err != nil {
				return 0, err
			}
			asOf := eventtime.None
			if l.work.method == own {
				got := &truepointv1.GetOnlineResponse{}
				if err := proto.Unmarshal(l.answer, got); err != nil {
					return 0, err
				}
				asOf = eventtime.Instant(got.GetAsOfMicros())
			}
			keys := l.keys[l.next%len(l.keys)]
			res, err := s.Online(ctx, &truepoint.OnlineRequest{Service: reads.Service, AsOf: asOf, Entities: reads.Entities(keys)})
			if err != nil {
				return 0, err
			}
			if want := l.work.method.answer(nil, res); !bytes.Equal(l.answer, want) {
				return 0, fmt.Errorf("keys %v: got %.300q, want %.300q", keys, l.answer, want)
			}
			size = len(l.answer)
		}
	}
	return size, nil
}

// serveHello is the yardstick: a server that reads the request and answers with constant bytes.
func serveHello(size int) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	body := bytes.Repeat([]byte{'x'}, size)
	s := grpc.NewServer(grpc.ForceServerCodecV2(raw{}))
	hello := func(name string) grpc.MethodDesc {
		return grpc.MethodDesc{MethodName: name, Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			var request []byte
			return &body, decode(&request)
		}}
	}
	s.RegisterService(&grpc.ServiceDesc{ServiceName: "truepoint.v1.OnlineService", HandlerType: (*any)(nil), Methods: []grpc.MethodDesc{hello("GetOnline")}}, struct{}{})
	s.RegisterService(&grpc.ServiceDesc{ServiceName: "feast.serving.ServingService", HandlerType: (*any)(nil), Methods: []grpc.MethodDesc{hello("GetOnlineFeatures")}}, struct{}{})
	return s.Serve(l)
}
