package objectstore

import (
	"context"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gocloud.dev/blob"

	"github.com/truepoint/truepoint/errs"
)

// A Store is an open bucket. It is safe for concurrent use.
type Store struct {
	bucket  *blob.Bucket
	address Address
	asked   atomic.Int64
	mu      sync.Mutex // makes Put of a bucket in memory, which knows no versions, one step
}

// New returns the store of an open bucket, which a says how to call. A bucket of s3blob, gcsblob and azureblob has every
// promise of the package; any other must belong to this process alone.
func New(bucket *blob.Bucket, a Address) *Store { return &Store{bucket: bucket, address: a.Root()} }

// Requests returns how many requests were made, without those of writes and without repeats by the provider's library.
func (s *Store) Requests() int64 { return s.asked.Load() }

// A Version is one version of an object. Equal tags mean equal bytes.
type Version struct {
	Size     int64
	Modified time.Time
	Tag      string // Google's generation, the entity tag of the others
}

// Name returns the address of a key, for messages.
func (s *Store) Name(key string) string { return s.address.At(key).String() }

// Stat returns the present version of an object with one request. Errors: NotFound.
func (s *Store) Stat(ctx context.Context, key string) (Version, error) {
	s.asked.Add(1)
	attrs, err := s.bucket.Attributes(ctx, key)
	if err != nil {
		return Version{}, s.failed(err, "read", key)
	}
	return Version{Size: attrs.Size, Modified: attrs.ModTime, Tag: tagOf(attrs)}, nil
}

// Read returns a whole object with its version, with one request. Errors: NotFound; ResourceExhausted if it has more
// than max bytes.
func (s *Store) Read(ctx context.Context, key string, max int64) ([]byte, Version, error) {
	s.asked.Add(1)
	r, err := s.bucket.NewReader(ctx, key, nil)
	if err != nil {
		return nil, Version{}, s.failed(err, "read", key)
	}
	defer r.Close()
	v := Version{Size: r.Size(), Modified: r.ModTime()}
	var known bool
	if v.Tag, known = readTag(r); !known {
		v.Tag = memoryTag(v)
	}
	if v.Size > max {
		return nil, v, errs.New(errs.ResourceExhausted, "%s has %d bytes, more than %d", s.Name(key), v.Size, max)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, v, s.failed(err, "read", key)
	}
	return body, v, nil
}

// ReadFirst returns at most the first n bytes of an object. Errors: NotFound.
func (s *Store) ReadFirst(ctx context.Context, key string, n int64) ([]byte, error) {
	s.asked.Add(1)
	r, err := s.bucket.NewRangeReader(ctx, key, 0, n, nil)
	if err != nil {
		return nil, s.failed(err, "read", key)
	}
	defer r.Close()
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, s.failed(err, "read", key)
	}
	return body, nil
}

// ReadRange fills b with the bytes of one version from position at. Errors: FailedPrecondition if the object is no
// longer this version.
func (s *Store) ReadRange(ctx context.Context, key string, v Version, at int64, b []byte) error {
	if len(b) == 0 {
		return nil
	}
	s.asked.Add(1)
	r, err := s.bucket.NewRangeReader(ctx, key, at, int64(len(b)), &blob.ReaderOptions{BeforeRead: onlyRead(v)})
	if err == nil {
		defer r.Close()
		if _, known := readTag(r); !known && memoryTag(Version{Size: r.Size(), Modified: r.ModTime()}) != v.Tag {
			return s.changed(key)
		}
		_, err = io.ReadFull(r, b)
	}
	switch code := codeOf(err); {
	case err == nil:
		return nil
	case code == errs.NotFound || code == errs.FailedPrecondition:
		return s.changed(key)
	}
	return s.failed(err, "read", key)
}

func (s *Store) changed(key string) error {
	return errs.New(errs.FailedPrecondition, "%s was replaced or deleted since the snapshot was taken", s.Name(key)).WithID("T0503").
		WithHint("run again: it takes a new snapshot")
}

// An Entry is an object of a listing.
type Entry struct {
	Key  string
	Size int64
}

// List returns the objects whose keys begin with prefix, at any depth, in order of key; at most limit of them unless it
// is 0. It takes one request for every thousand.
func (s *Store) List(ctx context.Context, prefix string, limit int) ([]Entry, error) {
	var out []Entry
	err := s.list(ctx, &blob.ListOptions{Prefix: prefix}, func(o *blob.ListObject) bool {
		if !o.IsDir && !strings.HasSuffix(o.Key, "/") { // consoles make empty objects that stand for directories
			out = append(out, Entry{o.Key, o.Size})
		}
		return len(out) != limit || limit == 0
	})
	return out, err
}

// Directories returns the names below prefix, up to the next slash, in order. It takes one request for every thousand.
func (s *Store) Directories(ctx context.Context, prefix string) ([]string, error) {
	var out []string
	err := s.list(ctx, &blob.ListOptions{Prefix: prefix, Delimiter: "/"}, func(o *blob.ListObject) bool {
		if o.IsDir {
			out = append(out, strings.TrimSuffix(strings.TrimPrefix(o.Key, prefix), "/"))
		}
		return true
	})
	return out, err
}

// list calls visit with each object until it returns false, and counts the requests.
func (s *Store) list(ctx context.Context, opt *blob.ListOptions, visit func(*blob.ListObject) bool) error {
	opt.BeforeList = func(func(any) bool) error {
		s.asked.Add(1)
		return nil
	}
	each := s.bucket.List(opt)
	for {
		o, err := each.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return s.failed(err, "list", opt.Prefix)
		}
		if !visit(o) {
			return nil
		}
	}
}

// Delete deletes an object; one that is not there is no error.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := s.bucket.Delete(ctx, key); err != nil && codeOf(err) != errs.NotFound {
		return s.failed(err, "delete", key)
	}
	return nil
}

// Close closes the bucket.
func (s *Store) Close() error { return s.bucket.Close() }
