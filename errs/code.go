package errs

import (
	"context"
	"errors"
	"net/http"
)

// A Code says what kind of failure happened. The numbers are gRPC's and never change, because they are
// stored in run histories and metrics.
type Code uint8

// The closed list of codes.
const (
	OK                 Code = 0
	Canceled           Code = 1
	Unknown            Code = 2
	InvalidArgument    Code = 3
	DeadlineExceeded   Code = 4
	NotFound           Code = 5
	AlreadyExists      Code = 6
	PermissionDenied   Code = 7
	ResourceExhausted  Code = 8
	FailedPrecondition Code = 9
	Aborted            Code = 10
	OutOfRange         Code = 11
	Unimplemented      Code = 12
	Internal           Code = 13
	Unavailable        Code = 14
	DataLoss           Code = 15
	Unauthenticated    Code = 16
	// CheckFailed is ours: a check ran to its end and said no. It has no gRPC number of its own.
	CheckFailed Code = 32
	// Partial is ours: some of several independent pieces of work were done, others failed.
	Partial Code = 33
	// Usage is ours: the command line itself could not be understood.
	Usage Code = 34
)

type row struct {
	code  Code
	name  string
	http  int
	grpc  uint32
	exit  int
	retry bool
}

// table is the only place where a code becomes anything else. Exit status: design/surfaces.md section 3.
var table = [...]row{
	{OK, "ok", http.StatusOK, 0, 0, false},
	{Canceled, "canceled", 499, 1, 130, false},
	{Unknown, "unknown", http.StatusInternalServerError, 2, 1, false},
	{InvalidArgument, "invalid_argument", http.StatusBadRequest, 3, 10, false},
	{DeadlineExceeded, "deadline_exceeded", http.StatusGatewayTimeout, 4, 15, true},
	{NotFound, "not_found", http.StatusNotFound, 5, 11, false},
	{AlreadyExists, "already_exists", http.StatusConflict, 6, 12, false},
	{PermissionDenied, "permission_denied", http.StatusForbidden, 7, 14, false},
	{ResourceExhausted, "resource_exhausted", http.StatusTooManyRequests, 8, 15, true},
	{FailedPrecondition, "failed_precondition", http.StatusBadRequest, 9, 13, false},
	{Aborted, "aborted", http.StatusConflict, 10, 12, true},
	{OutOfRange, "out_of_range", http.StatusBadRequest, 11, 10, false},
	{Unimplemented, "unimplemented", http.StatusNotImplemented, 12, 16, false},
	{Internal, "internal", http.StatusInternalServerError, 13, 1, false},
	{Unavailable, "unavailable", http.StatusServiceUnavailable, 14, 15, true},
	{DataLoss, "data_loss", http.StatusInternalServerError, 15, 1, false},
	{Unauthenticated, "unauthenticated", http.StatusUnauthorized, 16, 14, false},
	{CheckFailed, "check_failed", http.StatusOK, 9, 3, false},
	{Partial, "partial", http.StatusMultiStatus, 13, 4, false},
	{Usage, "usage", http.StatusBadRequest, 3, 2, false},
}

func (c Code) row() row {
	for _, r := range table {
		if r.code == c {
			return r
		}
	}
	return table[Unknown]
}

// String returns the code's name in snake case, "unknown" for a number outside the list.
func (c Code) String() string { return c.row().name }

// HTTP returns the HTTP status that answers for c.
func (c Code) HTTP() int { return c.row().http }

// GRPC returns the gRPC status code that answers for c.
func (c Code) GRPC() uint32 { return c.row().grpc }

// Exit returns the process exit status for c.
func (c Code) Exit() int { return c.row().exit }

// Retryable reports whether the same call may succeed later without a change by the caller.
func (c Code) Retryable() bool { return c.row().retry }

// Codes returns every code of the list in table order.
func Codes() []Code {
	out := make([]Code, len(table))
	for i, r := range table {
		out[i] = r.code
	}
	return out
}

// CodeOf returns the code of err: OK for nil, the code of the outermost *Error or List in its chain,
// Canceled or DeadlineExceeded for a context's error, otherwise Unknown.
func CodeOf(err error) Code {
	if err == nil {
		return OK
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	switch {
	case errors.Is(err, context.Canceled):
		return Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return DeadlineExceeded
	}
	return Unknown
}
