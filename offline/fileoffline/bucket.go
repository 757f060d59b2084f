package fileoffline

import (
	"context"
	"path"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/offline"
)

// A bucket is the files of an object store.
type bucket struct {
	store *objectstore.Store
	root  objectstore.Address
}

func (b *bucket) place(ctx context.Context, key string) (place, error) {
	if key != "" {
		_, err := b.store.Stat(ctx, key)
		if err == nil {
			return placeFile, nil
		}
		if errs.CodeOf(err) != errs.NotFound {
			return placeNothing, err
		}
	}
	found, err := b.store.List(ctx, below(key), 1)
	if err != nil || len(found) == 0 {
		return placeNothing, err
	}
	return placeDirectory, nil
}

// below returns the prefix of the keys in a directory.
func below(dir string) string {
	if dir == "" {
		return ""
	}
	return dir + "/"
}

// list lists everything below the directory, or below that before the first wildcard, with one request for a thousand
// objects, however many directories there are.
func (b *bucket) list(ctx context.Context, l *location) ([]string, error) {
	prefix, pattern := below(l.base), []string(nil)
	if l.place == placeGlob {
		pattern = strings.Split(l.abs, "/")
		prefix = l.abs[:strings.IndexAny(l.abs, `*?[\`)]
		if _, err := path.Match(l.abs, ""); err != nil {
			return nil, badGlob(l, err)
		}
	}
	found, err := b.store.List(ctx, prefix, 0)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, o := range found {
		if b.wanted(o.Key, prefix, pattern) {
			keys = append(keys, o.Key)
		}
	}
	return keys, nil
}

// wanted reports whether a key below the prefix is a file of the source: it, or a directory that it is in, matches the
// pattern, if there is one, and no name that was not written out is hidden.
func (b *bucket) wanted(key, prefix string, pattern []string) bool {
	names := strings.Split(strings.TrimPrefix(key, prefix), "/")
	if pattern != nil {
		names = strings.Split(key, "/")
		if len(names) < len(pattern) {
			return false
		}
		for i, p := range pattern {
			if ok, err := path.Match(p, names[i]); err != nil || !ok {
				return false
			}
		}
		if hiddenMatch(strings.Join(names[:len(pattern)], "/"), strings.Join(pattern, "/")) {
			return false
		}
		names = names[len(pattern):]
	}
	for _, n := range names {
		if hidden(n) {
			return false
		}
	}
	return true
}

func (b *bucket) names(ctx context.Context, dir string) ([]string, error) {
	return b.namesOf(ctx, below(dir), "")
}

// namesOf returns the names in a directory that begin with first.
func (b *bucket) namesOf(ctx context.Context, dir, first string) ([]string, error) {
	found, err := b.store.List(ctx, dir+first, 0)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, o := range found {
		if name := strings.TrimPrefix(o.Key, dir); !strings.Contains(name, "/") {
			names = append(names, name)
		}
	}
	return names, nil
}

func (b *bucket) open(ctx context.Context, key string) (file, error) {
	o, err := b.store.Object(ctx, key)
	if err != nil {
		return nil, err
	}
	return object{o}, nil
}

func (b *bucket) real(key string) (string, error) { return key, nil }

func (b *bucket) display(key string) string { return b.root.At(key).String() }

func (b *bucket) absolute(name string) string { return strings.TrimPrefix(name, b.root.String()) }

// An object is a file of a bucket.
type object struct{ *objectstore.Object }

func (o object) version() (offline.File, error) {
	v := o.Version()
	modified, err := eventtime.FromTime(v.Modified)
	return offline.File{Path: o.Name(), Size: v.Size, Modified: modified, Tag: v.Tag}, err
}

func (o object) close() {}
