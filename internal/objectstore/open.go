package objectstore

import (
	"context"
	"os"
	"sync"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/azureblob" // registers azblob://
	"gocloud.dev/blob/gcsblob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcp"

	"github.com/truepoint/truepoint/errs"
)

// An Opener opens the bucket of an address. Its key says nothing.
type Opener func(context.Context, Address) (*Store, error)

// Open is the Opener of real buckets. It asks for credentials but does not touch the bucket: what is wrong with it, the
// first call says.
//
// Errors: Unauthenticated where there are no credentials, InvalidArgument for parameters that the provider refuses.
func Open(ctx context.Context, a Address) (*Store, error) {
	var bucket *blob.Bucket
	var err error
	switch a.Scheme {
	case s3blob.Scheme:
		bucket, err = new(s3blob.URLOpener).OpenBucketURL(ctx, a.url())
	case gcsblob.Scheme:
		bucket, err = openGoogle(ctx, a)
	default: // azblob: its opener reads the environment and is not exported
		bucket, err = blob.DefaultURLMux().OpenBucketURL(ctx, a.url())
	}
	if err != nil {
		code := errs.CodeOf(err)
		if code == errs.Unknown {
			code = errs.InvalidArgument
		}
		return nil, errs.Wrap(masked(err), code, "cannot open %s", a.Root()).WithID("T0522").
			WithHint("check the parameters of the address, and the credentials in the environment")
	}
	return New(bucket, a), nil
}

// openGoogle is gcsblob's opener without its habit of printing to stdout where there are no credentials.
func openGoogle(ctx context.Context, a Address) (*blob.Bucket, error) {
	client := gcp.NewAnonymousHTTPClient(gcp.DefaultTransport())
	if os.Getenv("STORAGE_EMULATOR_HOST") == "" && a.url().Query().Get("anonymous") == "" {
		credentials, err := gcp.DefaultCredentials(ctx)
		if err != nil {
			return nil, errs.Wrap(err, errs.Unauthenticated, "there are no Google credentials")
		}
		if client, err = gcp.NewHTTPClient(gcp.DefaultTransport(), credentials.TokenSource); err != nil {
			return nil, err
		}
	}
	return (&gcsblob.URLOpener{Client: client}).OpenBucketURL(ctx, a.url())
}

// Shared returns an Opener that opens each bucket once. Nobody closes it before the process ends: buckets hold
// connections alone, and idle ones end by themselves.
func Shared(open Opener) Opener {
	var mu sync.Mutex
	stores := map[Address]*Store{}
	return func(ctx context.Context, a Address) (*Store, error) {
		mu.Lock()
		defer mu.Unlock()
		if s, ok := stores[a.Root()]; ok {
			return s, nil
		}
		s, err := open(context.WithoutCancel(ctx), a)
		if err == nil {
			stores[a.Root()] = s
		}
		return s, err
	}
}
