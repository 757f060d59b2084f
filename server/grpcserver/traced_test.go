package grpcserver_test

import (
	"context"
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/internal/tracetest"
	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/grpcserver"
	"github.com/truepoint/truepoint/server/tracing"
)

func TestTracesLeadFromTheCallerToTheAnswer(t *testing.T) {
	t.Parallel()
	collector := tracetest.New(t)
	tracer, err := tracing.Open(t.Context(), collector.URL, &tracing.Options{Sample: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	l, err := access.BindSocket(filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	store := newSlowStore()
	close(store.release)
	target, stop := start(t, store, &grpcserver.Options{Tracer: tracer}, l)
	own := truepointv1.NewOnlineServiceClient(dial(t, target))
	const trace = "0123456789abcdef0123456789abcdef"
	ctx := metadata.AppendToOutgoingContext(t.Context(), "traceparent", "00-"+trace+"-0123456789abcdef-01")
	var header metadata.MD
	if _, err := own.GetOnline(ctx, &truepointv1.GetOnlineRequest{}, grpc.Header(&header)); err != nil {
		t.Fatal(err)
	}
	if got := header.Get("traceparent"); len(got) != 1 || !strings.HasPrefix(got[0], "00-"+trace+"-") {
		t.Errorf("got the trace context %q", got)
	}
	<-store.entered
	<-store.ended
	_, err = own.GetOnline(t.Context(), &truepointv1.GetOnlineRequest{}, grpc.Header(&header)) // not sampled
	if err != nil || len(header.Get("traceparent")) != 0 {
		t.Errorf("a call that is not sampled: got %v, %v", header, err)
	}
	_, err = own.GetOnline(ctx, &truepointv1.GetOnlineRequest{OnError: 9})
	if err == nil {
		t.Error("a request that is wrong was answered")
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if err := tracer.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	span := collector.Spans()["truepoint.v1.OnlineService/GetOnline"]
	a := tracetest.Attributes(span.GetAttributes())
	if collector.Count() != 2 || hex.EncodeToString(span.GetTraceId()) != trace || a["rpc.method"] != "GetOnline" || a["rpc.service"] != "truepoint.v1.OnlineService" ||
		a["rpc.grpc.status_code"] != "3" || a["error.type"] != "" {
		t.Errorf("got %d spans, the last %v", collector.Count(), span)
	}
}
