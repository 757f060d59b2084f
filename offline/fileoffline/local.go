package fileoffline

import (
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// local is the files of the local file system.
type local struct {
	root string
	pool *pool
}

func (f *local) place(_ context.Context, at string) (place, error) {
	info, err := os.Stat(at)
	switch {
	case err == nil && info.IsDir():
		return placeDirectory, nil
	case err == nil && info.Mode().IsRegular():
		return placeFile, nil
	case err == nil:
		return placeNothing, errs.New(errs.InvalidArgument, "path %q is neither a file nor a directory", f.display(at)).WithID("T0521")
	case os.IsNotExist(err):
		return placeNothing, nil
	}
	return placeNothing, osError(err, "reading %s", f.display(at))
}

func (f *local) list(_ context.Context, l *location) ([]string, error) {
	if l.place == placeGlob {
		return f.glob(l)
	}
	return f.walk(nil, l, l.abs)
}

// walk adds the files of a directory and its subdirectories.
func (f *local) walk(found []string, l *location, dir string) ([]string, error) {
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, osError(err, "source %q", l.source)
	}
	for _, n := range names {
		if hidden(n.Name()) {
			continue
		}
		at := filepath.Join(dir, n.Name())
		if n.IsDir() {
			found, err = f.walk(found, l, at)
		} else {
			found, err = append(found, at), f.checkFound(l, at)
		}
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// glob adds what matches the pattern; a directory that matches is walked.
func (f *local) glob(l *location) ([]string, error) {
	root, pattern := f.root, filepath.ToSlash(l.path)
	if filepath.IsAbs(l.path) {
		root, pattern = string(filepath.Separator), strings.TrimPrefix(pattern, "/")
	}
	pattern = path.Clean(pattern)
	matches, err := fs.Glob(os.DirFS(root), pattern)
	if err != nil {
		return nil, badGlob(l, err)
	}
	var found []string
	for _, m := range matches {
		if hiddenMatch(m, pattern) {
			continue
		}
		at := filepath.Join(root, filepath.FromSlash(m))
		info, err := os.Lstat(at)
		switch {
		case err != nil:
			return nil, osError(err, "source %q", l.source)
		case info.IsDir():
			found, err = f.walk(found, l, at)
		default:
			found, err = append(found, at), f.checkFound(l, at)
		}
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// checkFound checks a file that was found by listing.
func (f *local) checkFound(l *location, at string) error {
	info, err := os.Lstat(at)
	switch {
	case err != nil:
		return osError(err, "source %q", l.source)
	case info.Mode()&fs.ModeSymlink != 0:
		return f.checkLink(l, at)
	case !info.Mode().IsRegular():
		return errs.New(errs.InvalidArgument, "%s, found for source %q, is neither a file nor a directory", f.display(at), l.source).WithID("T0521")
	}
	return nil
}

// checkLink allows a symbolic link to a file below the listed directory or the root.
func (f *local) checkLink(l *location, at string) error {
	target, err := filepath.EvalSymlinks(at)
	if err != nil {
		return errs.Wrap(err, errs.FailedPrecondition, "link %s of source %q leads nowhere", f.display(at), l.source).WithID("T0524").
			WithHint("remove the link")
	}
	info, err := os.Stat(target)
	if err != nil {
		return osError(err, "link %s of source %q", f.display(at), l.source)
	}
	for _, dir := range []string{l.base, f.root} {
		real, err := filepath.EvalSymlinks(dir)
		if err != nil {
			continue
		}
		if rel, err := filepath.Rel(real, target); err == nil && filepath.IsLocal(rel) && info.Mode().IsRegular() {
			return nil
		}
	}
	return errs.New(errs.FailedPrecondition, "%s, found for source %q, is a link to %s; only links to files inside %s or the repository are followed",
		f.display(at), l.source, target, f.display(l.base)).WithID("T0524").
		WithHint("copy the data, or declare the target as the path of a source")
}

func (f *local) names(_ context.Context, dir string) ([]string, error) {
	found, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, osError(err, "reading %s", f.display(dir))
	}
	names := make([]string, len(found))
	for i, n := range found {
		names[i] = n.Name()
	}
	return names, nil
}

func (f *local) open(_ context.Context, at string) (file, error) {
	h, err := f.pool.take(at, f.display(at))
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (f *local) real(at string) (string, error) {
	real, err := filepath.EvalSymlinks(at)
	if err != nil {
		return "", osError(err, "%s", at)
	}
	return real, nil
}

// display returns a path relative to the repository where it is inside.
func (f *local) display(abs string) string {
	if rel, err := filepath.Rel(f.root, abs); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(abs)
}

func (f *local) absolute(name string) string {
	if path := filepath.FromSlash(name); filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(f.root, filepath.FromSlash(name))
}
