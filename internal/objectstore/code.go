package objectstore

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"gocloud.dev/gcerrors"

	"github.com/truepoint/truepoint/errs"
)

// refused are the names under which services refuse credentials.
var refused = []string{"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "AuthorizationHeaderMalformed",
	"AuthenticationFailed", "AuthorizationFailure", "NoAuthenticationInformation"}

// codeOf classifies an error of a bucket; Unavailable for one that nobody knows, such as those of the network.
func codeOf(err error) errs.Code {
	if c := errs.CodeOf(err); c != errs.Unknown {
		return c
	}
	var named interface{ ErrorCode() string }
	if errors.As(err, &named) && slices.Contains(refused, named.ErrorCode()) {
		return errs.PermissionDenied
	}
	var microsoft *azcore.ResponseError
	if errors.As(err, &microsoft) && (microsoft.StatusCode == http.StatusUnauthorized || microsoft.StatusCode == http.StatusForbidden) {
		return errs.PermissionDenied
	}
	if named != nil && named.ErrorCode() == "ConditionalRequestConflict" { // S3, of two conditional writes at once
		return errs.FailedPrecondition
	}
	switch gcerrors.Code(err) {
	case gcerrors.NotFound:
		return errs.NotFound
	case gcerrors.AlreadyExists:
		return errs.AlreadyExists
	case gcerrors.InvalidArgument:
		return errs.InvalidArgument
	case gcerrors.PermissionDenied:
		return errs.PermissionDenied
	case gcerrors.FailedPrecondition:
		return errs.FailedPrecondition
	case gcerrors.ResourceExhausted:
		return errs.ResourceExhausted
	case gcerrors.DeadlineExceeded:
		return errs.DeadlineExceeded
	case gcerrors.Canceled:
		return errs.Canceled
	}
	switch {
	case errors.Is(err, context.Canceled):
		return errs.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return errs.DeadlineExceeded
	}
	return errs.Unavailable
}

// lead is what gocloud.dev says before an error, rules are the lines that Azure draws between the parts of its errors.
var (
	lead  = regexp.MustCompile(`^blob( \(key .*?\))? \(code=\w+\): `)
	rules = regexp.MustCompile(`\s*-{20,}\s*`)
)

// failed wraps an error of a bucket: what was done with which key, its code, and what helps.
func (s *Store) failed(err error, doing, key string) error {
	code := codeOf(err)
	if code == errs.NotFound {
		return errs.New(code, "cannot %s %s: it does not exist", doing, s.Name(key)).WithID("T0527").WithHint("correct the address: the object or its bucket does not exist, or may not be seen")
	}
	e := errs.Wrap(masked(err), code, "cannot %s %s", doing, s.Name(key)).WithID("T0527")
	switch code {
	case errs.PermissionDenied:
		return e.WithHint("give truepoint credentials that may do it: it looks where the provider's own tools do")
	case errs.Unavailable:
		return e.WithHint("check the network, the endpoint and the credentials of the store, then run again")
	}
	return e
}

// causeMax bounds what is shown of the text of a provider's error.
const causeMax = 400

// masked returns err as one line, without the queries of addresses in it and what gocloud.dev says before it. An error
// that has a code says nothing secret.
func masked(err error) error {
	if errs.CodeOf(err) != errs.Unknown {
		return err
	}
	text := lead.ReplaceAllString(Masked(err.Error()), "")
	text = strings.Join(strings.Fields(rules.ReplaceAllString(text, "; ")), " ")
	if len(text) > causeMax {
		text = strings.ToValidUTF8(text[:causeMax], "") + " …"
	}
	return errors.New(text)
}
