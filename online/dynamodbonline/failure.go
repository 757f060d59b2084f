package dynamodbonline

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/backoff"
)

// errClosed answers every call after Close.
var errClosed = errors.New("dynamodbonline: closed")

func (d *Driver) check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.closed.Load() {
		return errClosed
	}
	return nil
}

// codes gives the code of an exception of DynamoDB. Source: the error reference of its API, version 2012-08-10.
var codes = map[string]errs.Code{
	"ProvisionedThroughputExceededException": errs.ResourceExhausted, "ThrottlingException": errs.ResourceExhausted,
	"RequestLimitExceeded": errs.ResourceExhausted, "LimitExceededException": errs.ResourceExhausted, "ItemCollectionSizeLimitExceededException": errs.ResourceExhausted,
	"AccessDeniedException": errs.PermissionDenied, "UnrecognizedClientException": errs.Unauthenticated, "InvalidSignatureException": errs.Unauthenticated,
	"IncompleteSignatureException": errs.Unauthenticated, "MissingAuthenticationTokenException": errs.Unauthenticated, "ExpiredTokenException": errs.Unauthenticated,
	"ResourceNotFoundException": errs.NotFound, "ResourceInUseException": errs.Aborted, "ValidationException": errs.InvalidArgument,
	"InternalServerError": errs.Unavailable, "ServiceUnavailable": errs.Unavailable, "ServiceUnavailableException": errs.Unavailable,
}

// Code implements online.Driver.
func (d *Driver) Code(err error) errs.Code {
	if c := errs.CodeOf(err); c != errs.Unknown {
		return c
	}
	var api smithy.APIError
	var n net.Error
	var send interface{ ConnectionError() bool }
	switch {
	case errors.Is(err, errClosed):
		return errs.FailedPrecondition
	case errors.As(err, &api):
		if c, ok := codes[api.ErrorCode()]; ok {
			return c
		}
		return errs.Unknown
	case errors.As(err, &n), errors.As(err, &send):
		return errs.Unavailable
	}
	return errs.Unknown
}

// missing reports whether a table is not there.
func missing(err error) bool {
	var e *types.ResourceNotFoundException
	return errors.As(err, &e)
}

// is reports whether DynamoDB answered with an exception of that name.
func is(err error, name string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == name
}

// waits are those between two attempts.
var waits = backoff.Backoff{First: 10 * time.Millisecond, Most: time.Second}
