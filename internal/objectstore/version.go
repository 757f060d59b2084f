package objectstore

import (
	"strconv"

	"cloud.google.com/go/storage"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azure "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"

	"github.com/truepoint/truepoint/errs"
)

// This file is what gocloud.dev does not say alike for all providers: which version was read, and conditions on it.

// tagOf returns the tag of a version.
func tagOf(a *blob.Attributes) string {
	var google storage.ObjectAttrs
	var amazon s3.HeadObjectOutput
	var microsoft azure.GetPropertiesResponse
	switch {
	case a.As(&google):
		return strconv.FormatInt(google.Generation, 10)
	case a.As(&amazon), a.As(&microsoft):
		return a.ETag
	}
	return memoryTag(Version{Size: a.Size, Modified: a.ModTime})
}

// memoryTag is the tag of a version in memory, where no two writes happen in one nanosecond: Put makes them wait.
func memoryTag(v Version) string {
	return strconv.FormatInt(v.Modified.UnixNano(), 36) + "-" + strconv.FormatInt(v.Size, 36)
}

// readTag returns the tag of the version that r reads; false for a bucket in memory.
func readTag(r *blob.Reader) (string, bool) {
	var google *storage.Reader
	var amazon s3.GetObjectOutput
	var microsoft azure.DownloadStreamResponse
	switch {
	case r.As(&google):
		return strconv.FormatInt(google.Attrs.Generation, 10), true
	case r.As(&amazon) && amazon.ETag != nil:
		return *amazon.ETag, true
	case r.As(&microsoft) && microsoft.ETag != nil:
		return string(*microsoft.ETag), true
	}
	return "", false
}

// onlyRead returns the hook that makes a read fail unless the object is version v.
func onlyRead(v Version) func(func(any) bool) error {
	return func(as func(any) bool) error {
		var google **storage.ObjectHandle
		var amazon *s3.GetObjectInput
		var microsoft *azure.DownloadStreamOptions
		switch {
		case as(&google):
			generation, err := generationOf(v)
			if err != nil {
				return err
			}
			*google = (*google).Generation(generation)
		case as(&amazon):
			amazon.IfMatch = &v.Tag
		case as(&microsoft):
			microsoft.AccessConditions = ifMatch(v)
		}
		return nil
	}
}

// onlyWrite returns the hook that makes a write fail unless the object is version v. It sets done where the provider
// has such a condition.
func onlyWrite(v Version, done *bool) func(func(any) bool) error {
	return func(as func(any) bool) error {
		var google **storage.ObjectHandle
		var amazon *transfermanager.UploadObjectInput
		var microsoft *blockblob.UploadStreamOptions
		switch {
		case as(&google):
			generation, err := generationOf(v)
			if err != nil {
				return err
			}
			*google = (*google).If(storage.Conditions{GenerationMatch: generation})
		case as(&amazon):
			amazon.IfMatch = &v.Tag
		case as(&microsoft):
			microsoft.AccessConditions = ifMatch(v)
		default:
			return nil
		}
		*done = true
		return nil
	}
}

// emulated reports whether the bucket is none of the three providers'.
func (s *Store) emulated() bool {
	var google *storage.Client
	var amazon *s3.Client
	var microsoft *container.Client
	return !s.bucket.As(&google) && !s.bucket.As(&amazon) && !s.bucket.As(&microsoft)
}

func generationOf(v Version) (int64, error) {
	n, err := strconv.ParseInt(v.Tag, 10, 64)
	if err != nil {
		return 0, errs.New(errs.FailedPrecondition, "%q is no generation of Google Cloud Storage", v.Tag)
	}
	return n, nil
}

func ifMatch(v Version) *azure.AccessConditions {
	tag := azcore.ETag(v.Tag)
	return &azure.AccessConditions{ModifiedAccessConditions: &azure.ModifiedAccessConditions{IfMatch: &tag}}
}
