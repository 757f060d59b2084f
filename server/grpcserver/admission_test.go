package grpcserver_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/truepoint/truepoint/server/admission"
	"github.com/truepoint/truepoint/server/grpcserver"
)

func TestReadsBeyondTheGateAreToldToComeBack(t *testing.T) {
	t.Parallel()
	store, gate := newSlowStore(), admission.New(2)
	target, stop := start(t, store, &grpcserver.Options{Gate: gate}, loopback(t))
	if err := gate.Enter(); err != nil { // a read of another server
		t.Fatal(err)
	}
	conn := dial(t, target)
	first := ask(t.Context(), conn)
	<-store.entered
	err := <-ask(t.Context(), conn)
	wantError(t, "the third read", err, codes.Unavailable, "T0812", "already answers 2 reads")
	if !slices.ContainsFunc(status.Convert(err).Details(), func(d any) bool {
		r, ok := d.(*errdetails.RetryInfo)
		return ok && r.GetRetryDelay().AsDuration() == admission.RetryAfter
	}) {
		t.Errorf("%v does not say when to try again: %v", err, status.Convert(err).Details())
	}
	close(store.release)
	if err := <-first; err != nil {
		t.Errorf("a read within the bound: %v", err)
	}
	<-store.ended
	if err := <-ask(t.Context(), conn); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestTheLimitOfMetadataIsTheOneThatWasSet(t *testing.T) {
	t.Parallel()
	for most, refused := range map[int]bool{0: false, 1024: true} {
		store := newSlowStore()
		close(store.release)
		target, stop := start(t, store, &grpcserver.Options{HeaderBytesMax: most}, loopback(t))
		conn := dial(t, target)
		if err := <-ask(t.Context(), conn); err != nil { // which also tells the client of the limit
			t.Error(err)
		}
		<-store.entered
		<-store.ended
		err := <-ask(metadata.AppendToOutgoingContext(t.Context(), "x-long", strings.Repeat("x", 10_000)), conn)
		if (err != nil) != refused {
			t.Errorf("metadata of 10,000 bytes where %d is set: got %v", most, err)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	}
}
