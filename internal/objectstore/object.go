package objectstore

import (
	"cmp"
	"context"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"
)

// An Object is one version of an object, to be read in ranges. It is a tablefile.Source and safe for concurrent use.
type Object struct {
	store   *Store
	key     string
	version Version
}

// Object returns the present version of an object. Errors: NotFound.
func (s *Store) Object(ctx context.Context, key string) (*Object, error) {
	v, err := s.Stat(ctx, key)
	if err != nil {
		return nil, err
	}
	return &Object{s, key, v}, nil
}

// Name returns the address of the object.
func (o *Object) Name() string { return o.store.Name(o.key) }

// Size returns the number of bytes of the version.
func (o *Object) Size() int64 { return o.version.Size }

// Version returns the version.
func (o *Object) Version() Version { return o.version }

// Acquire returns the bytes, each read of which is a request that only the same version answers.
func (o *Object) Acquire(ctx context.Context) (io.ReaderAt, func() error, error) {
	return &bytesOf{Object: o, ctx: ctx}, func() error { return nil }, nil
}

// Ranges with at most gapMax bytes between them are fetched in one request, of at most requestMax bytes unless one
// range is longer; at most requestsAtOnce run at once. A request takes about as long as 1 MiB of bytes.
const (
	gapMax         = 1 << 20
	requestMax     = 16 << 20
	requestsAtOnce = 8
)

// bytesOf are the bytes of an object during one use, some of them at hand. ctx bounds the use: io.ReaderAt takes none.
type bytesOf struct {
	*Object
	ctx   context.Context
	spans []span // by position
}

// A span is a run of bytes that was fetched.
type span struct {
	at   int64
	body []byte
}

func (s span) end() int64 { return s.at + int64(len(s.body)) }

// ReadAt implements io.ReaderAt.
func (b *bytesOf) ReadAt(p []byte, at int64) (int, error) {
	n := int(max(0, min(int64(len(p)), b.version.Size-at)))
	end := at + int64(n)
	i, _ := slices.BinarySearchFunc(b.spans, at, func(s span, at int64) int { return cmp.Compare(s.end()-1, at) })
	if i < len(b.spans) && b.spans[i].at <= at && end <= b.spans[i].end() {
		copy(p, b.spans[i].body[at-b.spans[i].at:end-b.spans[i].at])
	} else if err := b.store.ReadRange(b.ctx, b.key, b.version, at, p[:n]); err != nil {
		return 0, err
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Fetch implements tablefile.Fetcher: it returns bytes that have the ranges, each a first position and an end, at hand.
func (b *bytesOf) Fetch(ctx context.Context, ranges [][2]int64) (io.ReaderAt, error) {
	merged := merge(ranges, b.version.Size)
	out := &bytesOf{Object: b.Object, ctx: ctx, spans: make([]span, len(merged))}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(requestsAtOnce)
	for i, r := range merged {
		out.spans[i] = span{r[0], make([]byte, r[1]-r[0])}
		group.Go(func() error { return b.store.ReadRange(ctx, b.key, b.version, r[0], out.spans[i].body) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// merge returns the ranges inside size bytes in order, near ones joined.
func merge(ranges [][2]int64, size int64) [][2]int64 {
	sorted := slices.SortedFunc(slices.Values(ranges), func(a, b [2]int64) int { return cmp.Compare(a[0], b[0]) })
	var out [][2]int64
	for _, r := range sorted {
		r = [2]int64{max(0, r[0]), min(size, r[1])}
		if r[0] >= r[1] {
			continue
		}
		if n := len(out); n > 0 && r[0] <= out[n-1][1]+gapMax && (r[0] < out[n-1][1] || r[1]-out[n-1][0] <= requestMax) {
			out[n-1][1] = max(out[n-1][1], r[1])
			continue
		}
		out = append(out, r)
	}
	return out
}
