// Package objectstate is the state driver that keeps records in a bucket, one object a record. Many processes may use
// it at once: a swap writes the object on the condition that it is still the version that was read.
package objectstate

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/state"
)

// A State is a state.Driver in a bucket.
type State struct {
	store *objectstore.Store
	dir   string // ends in a slash
}

var _ state.Driver = (*State)(nil)

// New returns the state below a key. It makes no request; Close leaves the bucket open.
func New(store *objectstore.Store, key string) *State { return &State{store, key + "/state/"} }

// recordBytesMax bounds what is read of one object.
const recordBytesMax = 64 << 20

// readsAtOnce is how many records of a list are read at once.
const readsAtOnce = 16

// object returns the key of the object that holds a record.
func (s *State) object(key string) string {
	name, _ := objectstore.EncodeName(key)
	return s.dir + name
}

// read returns what the object of a record holds, and its version there; none and nil where there is no object.
func (s *State) read(ctx context.Context, object string) (stored, *objectstore.Version, error) {
	body, v, err := s.store.Read(ctx, object, recordBytesMax)
	if errs.CodeOf(err) == errs.NotFound {
		return stored{}, nil, nil
	}
	if err != nil {
		return stored{}, nil, err
	}
	r, err := decode(body)
	if err != nil {
		return stored{}, nil, errs.Wrap(err, errs.CodeOf(err), "%s cannot be used", s.store.Name(object))
	}
	return r, &v, nil
}

// Get implements state.Driver, with one request.
func (s *State) Get(ctx context.Context, key string) (state.Record, error) {
	if err := cmp.Or(state.CheckKey(key), ctx.Err()); err != nil {
		return state.Record{}, err
	}
	r, _, err := s.read(ctx, s.object(key))
	if err != nil {
		return state.Record{}, err
	}
	return state.Record{Key: key, Value: r.value, Version: r.live()}, nil
}

// CompareAndSwap implements state.Driver, with two requests. It is durable when it returns.
func (s *State) CompareAndSwap(ctx context.Context, key string, expected int64, value []byte) (int64, error) {
	return s.swap(ctx, expected, stored{key: key, value: value})
}

// Delete implements state.Driver: it writes a tombstone, which keeps the version. It is durable when it returns.
func (s *State) Delete(ctx context.Context, key string, expected int64) error {
	_, err := s.swap(ctx, expected, stored{key: key, deleted: true})
	return err
}

// swap writes next with the next version if the record's version is expected.
func (s *State) swap(ctx context.Context, expected int64, next stored) (int64, error) {
	if err := cmp.Or(state.CheckKey(next.key), ctx.Err()); err != nil {
		return 0, err
	}
	object := s.object(next.key)
	now, version, err := s.read(ctx, object)
	if err != nil {
		return 0, err
	}
	if now.live() != expected {
		return 0, state.Conflict(next.key, expected, now.live())
	}
	if next.deleted && expected == 0 {
		return 0, nil
	}
	next.version = now.version + 1
	if _, err := rand.Read(next.nonce[:]); err != nil {
		return 0, err
	}
	when := objectstore.Absent()
	if version != nil {
		when = objectstore.Unchanged(*version)
	}
	err = s.store.Put(ctx, object, next.encode(), when)
	if errs.CodeOf(err) != errs.Aborted {
		return next.version, err
	}
	if now, _, err = s.read(ctx, object); err != nil {
		return 0, err
	}
	return 0, state.Conflict(next.key, expected, now.live())
}

// List implements state.Driver, with one request for each thousand objects and one for each record.
func (s *State) List(ctx context.Context, prefix string) ([]state.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	found, err := s.store.List(ctx, s.dir+objectstore.EncodePrefix(prefix), 0)
	if err != nil {
		return nil, err
	}
	if prefix != "" { // the names of long keys do not begin as the keys do
		long, err := s.store.List(ctx, s.dir+objectstore.Hashed(), 0)
		if err != nil {
			return nil, err
		}
		found = append(found, long...)
	}
	found = slices.DeleteFunc(found, func(e objectstore.Entry) bool { return e.Size <= tombstoneBytes })
	records := make([]stored, len(found))
	err = parallel.Each(len(found), readsAtOnce, func(i int) error {
		r, _, err := s.read(ctx, found[i].Key)
		records[i] = r
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []state.Record
	for _, r := range records {
		if r.live() != 0 && strings.HasPrefix(r.key, prefix) {
			out = append(out, state.Record{Key: r.key, Value: r.value, Version: r.version})
		}
	}
	slices.SortFunc(out, func(a, b state.Record) int { return strings.Compare(a.Key, b.Key) })
	return out, nil
}

// Code implements state.Driver.
func (s *State) Code(err error) errs.Code { return errs.CodeOf(err) }

// Close implements state.Driver.
func (s *State) Close() error { return nil }
