package grpcserver

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/server/admission"
)

// domain is that of our identifiers in google.rpc.ErrorInfo.
const domain = "truepoint"

// statusOf returns err as a client sees it.
func statusOf(ctx context.Context, err error) error {
	told, code := errs.Tell(err), errs.CodeOf(err)
	info := &errdetails.ErrorInfo{Reason: told[0].ID, Domain: domain, Metadata: map[string]string{"code": code.String()}}
	if info.Reason == "" {
		info.Reason = code.String()
	}
	if told[0].Hint != "" {
		info.Metadata["hint"] = told[0].Hint
	}
	details := []protoadapt.MessageV1{info, &errdetails.RequestInfo{RequestId: requestID(ctx)}}
	if len(told) > 1 {
		all := &errdetails.BadRequest{}
		for _, e := range told {
			all.FieldViolations = append(all.FieldViolations, &errdetails.BadRequest_FieldViolation{Reason: e.ID, Description: e.Error()})
		}
		details = append(details, all)
	}
	if code == errs.Unavailable || code == errs.ResourceExhausted {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(admission.RetryAfter)})
	}
	st := status.New(codes.Code(code.GRPC()), told.String())
	if with, derr := st.WithDetails(details...); derr == nil { // there is nothing to tell of success
		st = with
	}
	return st.Err()
}

// requestIDName is the metadata by which a client finds its request in the logs of others.
const requestIDName = "x-request-id"

// requestIDBytesMax bounds an identifier that is repeated.
const requestIDBytesMax = 128

// givenID returns the identifier that the client gave its request, if it is printable ASCII without spaces; otherwise "".
func givenID(ctx context.Context) string {
	all := metadata.ValueFromIncomingContext(ctx, requestIDName)
	if len(all) != 1 || len(all[0]) > requestIDBytesMax {
		return ""
	}
	for _, c := range []byte(all[0]) {
		if c <= ' ' || c > '~' {
			return ""
		}
	}
	return all[0]
}

// requestID returns the identifier of a request, a new one if the client gave none.
func requestID(ctx context.Context) string {
	if id := givenID(ctx); id != "" {
		return id
	}
	var b [8]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
