package fileoffline

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
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
	path   string // as it was declared, without file://
	abs    string
	base   string // the directory or the directory part before the first wildcard
	place  place
}

// locate resolves the path of a source by the rules of the package comment. A path where nothing is gives
// placeNothing and no error.
func (d *Driver) locate(s *feature.Source) (*location, error) {
	if s.Type != feature.FileSource {
		return nil, errs.New(errs.Unimplemented, "source %q has type %s, which the file store cannot read", s.Name, s.Type).WithID("T0520").
			WithHint("replace it in feature_store.yaml: sources: {%s: {type: file, path: data/%s.parquet}}", s.Name, s.Name)
	}
	path, err := literalPath(s)
	if err != nil {
		return nil, err
	}
	l := &location{source: s.Name, path: path, abs: path}
	if !filepath.IsAbs(path) {
		if !filepath.IsLocal(path) {
			return nil, errs.New(errs.InvalidArgument, "path %q of source %q leads out of the repository", s.Path, s.Name).WithID("T0521").
				WithHint("move the data into the repository, or write the absolute path")
		}
		l.abs = filepath.Join(d.root, path)
	}
	info, err := os.Stat(l.abs)
	switch {
	case err == nil && info.IsDir():
		l.place, l.base = placeDirectory, l.abs
	case err == nil && info.Mode().IsRegular():
		l.place, l.base = placeFile, filepath.Dir(l.abs)
	case err == nil:
		return nil, errs.New(errs.InvalidArgument, "path %q of source %q is neither a file nor a directory", s.Path, s.Name).WithID("T0521")
	case !os.IsNotExist(err):
		return nil, osError(err, "source %q", s.Name)
	case strings.ContainsAny(path, "*?["):
		l.place, l.base = placeGlob, d.globBase(path)
	default:
		l.base = filepath.Dir(l.abs)
	}
	return l, nil
}

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
	return "", errs.New(errs.Unimplemented, "source %q is at %s://, and object stores cannot be read yet", s.Name, scheme).WithID("T0522").
		WithHint("copy the files here and replace the source in feature_store.yaml: sources: {%s: {type: file, path: data/%s}}", s.Name, s.Name)
}

// globBase returns the directory before the first segment with a wildcard.
func (d *Driver) globBase(pattern string) string {
	base := d.root
	if filepath.IsAbs(pattern) {
		base = string(filepath.Separator)
	}
	for _, segment := range strings.Split(filepath.ToSlash(pattern), "/") {
		if strings.ContainsAny(segment, "*?[") {
			return base
		}
		base = filepath.Join(base, segment)
	}
	return base
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

// display returns the name of a file in manifests and messages: relative to the repository where it is inside.
func (d *Driver) display(abs string) string {
	if rel, err := filepath.Rel(d.root, abs); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(abs)
}

// absolute is the inverse of display.
func (d *Driver) absolute(name string) string {
	if path := filepath.FromSlash(name); filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(d.root, filepath.FromSlash(name))
}
