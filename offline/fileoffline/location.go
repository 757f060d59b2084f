package fileoffline

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/tablefile"
)

// A place is what the path of a source turned out to be.
type place uint8

const (
	placeNothing place = iota
	placeFile
	placeDirectory
	placeGlob
)

// A location is the resolved path of a source.
type location struct {
	source string // name of the source, for messages
	files  files
	path   string // as it was declared, without file:// and parameters
	abs    string
	base   string // the directory or the directory part before the first wildcard
	place  place
	// wildcard is the position of the first wildcard in abs, −1 if there is none.
	wildcard int
}

// locate resolves the path of a source by the rules of the package comment. A path where nothing is gives
// placeNothing and no error.
func (d *Driver) locate(ctx context.Context, s *feature.Source) (*location, error) {
	if s.Type != feature.FileSource {
		return nil, errs.New(errs.Unimplemented, "source %q has type %s, which the file store cannot read", s.Name, s.Type).WithID("T0520").
			WithHint("replace it in feature_store.yaml: sources: {%s: {type: file, path: data/%s.parquet}}", s.Name, s.Name)
	}
	l, err := d.resolve(ctx, s)
	if err != nil {
		return nil, err
	}
	if l.place, err = l.files.place(ctx, l.abs); err != nil {
		return nil, osError(err, "source %q", s.Name)
	}
	switch {
	case l.place == placeDirectory:
		l.base = l.abs
	case l.place == placeNothing && l.wildcard >= 0:
		l.place, l.base = placeGlob, dirOf(l.abs[:l.wildcard+1])
	default:
		l.base = dirOf(l.abs)
	}
	return l, nil
}

// dirOf is filepath.Dir, but of a key without a slash it is empty.
func dirOf(path string) string {
	if dir := filepath.Dir(path); dir != "." {
		return dir
	}
	return ""
}

// resolve returns the location of a source without looking at it.
func (d *Driver) resolve(ctx context.Context, s *feature.Source) (*location, error) {
	if objectstore.Is(s.Path) {
		a, err := objectstore.Parse(s.Path)
		if err != nil {
			return nil, errs.Wrap(err, errs.CodeOf(err), "source %q", s.Name)
		}
		if endpoint := s.Options["s3_endpoint_override"]; endpoint != "" { // as in Feast
			a = a.WithEndpoint(endpoint)
		}
		store, err := d.opt.Buckets(ctx, a)
		if err != nil {
			return nil, errs.Wrap(err, errs.CodeOf(err), "source %q", s.Name)
		}
		return &location{source: s.Name, files: &bucket{store, a.Root()}, path: a.String(), abs: a.Key, wildcard: strings.IndexAny(a.Key, wildcards)}, nil
	}
	path, err := literalPath(s)
	if err != nil {
		return nil, err
	}
	l := &location{source: s.Name, files: &local{d.root, d.pool}, path: path, abs: path}
	if !filepath.IsAbs(path) {
		if !filepath.IsLocal(path) {
			return nil, errs.New(errs.InvalidArgument, "path %q of source %q leads out of the repository", s.Path, s.Name).WithID("T0521").
				WithHint("move the data into the repository, or write the absolute path")
		}
		l.abs = filepath.Join(d.root, path)
	}
	if l.wildcard = strings.IndexAny(filepath.Clean(path), wildcards); l.wildcard >= 0 {
		l.wildcard += len(filepath.Clean(l.abs)) - len(filepath.Clean(path))
	}
	return l, nil
}

// wildcards begin the parts of a glob that are not literal.
const wildcards = "*?["

// literalPath returns the path of a source after the checks that need no file system.
func literalPath(s *feature.Source) (string, error) {
	scheme, rest, found := strings.Cut(s.Path, "://")
	switch {
	case s.Path == "" || strings.ContainsRune(s.Path, 0):
		return "", errs.New(errs.InvalidArgument, "source %q has no usable path", s.Name).WithID("T0521").
			WithHint("write path: data/%s.parquet", s.Name)
	case !found:
		return s.Path, nil
	case scheme == "file":
		return rest, nil
	}
	return "", errs.New(errs.InvalidArgument, "source %q is at %s://, which nothing reads", s.Name, scheme).WithID("T0522").
		WithHint("use a file, s3://, gs:// or azblob://")
}

// appendDir returns the directory that takes appended files. Errors: FailedPrecondition for a glob.
func (l *location) appendDir() (string, error) {
	switch l.place {
	case placeDirectory:
		return l.abs, nil
	case placeGlob:
		return "", errs.New(errs.FailedPrecondition, "source %q is the glob %s, which cannot take new rows", l.source, l.path).WithID("T0523").
			WithHint("declare a directory or a file as its path")
	case placeNothing:
		if _, err := tablefile.FormatOf(l.abs); err != nil && filepath.Ext(l.abs) == "" {
			return l.abs, nil
		}
	}
	return l.abs + ".d", nil
}
