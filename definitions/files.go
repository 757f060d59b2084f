package definitions

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/strictyaml"
)

// filesMax bounds how many definition files a repository may have.
const filesMax = 100_000

// A file is one definition file of a repository.
type file struct {
	path string // as it can be opened
	name string // as messages say it: below the directory that the user named
	rel  string // below the repository, with slashes
}

// files lists the definition files below dir in order of path: yaml has *.yaml and *.yml, python *.py. Hidden
// directories and files, __pycache__, node_modules, virtual environments, what .feastignore names, and feature_store*.yaml are
// skipped. A link that leads out of dir is a fault.
type listing struct {
	dir, root    string
	ignored      []string
	yaml, python []file
	faults       errs.List
}

func list(ctx context.Context, dir string) (*listing, error) {
	st, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, errs.New(errs.NotFound, "feature repository %s does not exist", dir).WithID("T0210").WithHint("truepoint init %s makes one", dir)
	case err != nil:
		return nil, errs.Wrap(err, errs.PermissionDenied, "open feature repository %s", dir).WithID("T0210")
	case !st.IsDir():
		return nil, errs.New(errs.FailedPrecondition, "feature repository %s is no directory", dir).WithID("T0210").WithHint("name the directory that holds feature_store.yaml")
	}
	l := &listing{dir: dir}
	if l.root, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "open feature repository %s", dir).WithID("T0210")
	}
	if err := l.readIgnored(); err != nil {
		return nil, err
	}
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return l.visit(p, d, err)
	})
	if err != nil {
		return nil, err
	}
	return l, l.faults.Err()
}

func (l *listing) readIgnored() error {
	src, err := strictyaml.ReadFile(filepath.Join(l.dir, ".feastignore"))
	if errs.CodeOf(err) == errs.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(src)) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.Trim(strings.TrimSpace(line), "/"); line != "" {
			l.ignored = append(l.ignored, strings.TrimSuffix(strings.TrimSuffix(line, "/**"), "/*"))
		}
	}
	return nil
}

func (l *listing) visit(p string, d fs.DirEntry, err error) error {
	if err != nil {
		l.faults.Add(errs.Wrap(err, errs.PermissionDenied, "read %s", p).WithID("T0210").WithHint("give yourself the right to read it, or name it in .feastignore"))
		if d != nil && d.IsDir() {
			return fs.SkipDir
		}
		return nil
	}
	if p == l.dir {
		return nil
	}
	rel, err := filepath.Rel(l.dir, p)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "path of %s", p)
	}
	rel = filepath.ToSlash(rel)
	if d.IsDir() {
		if l.skipDir(p, rel, d.Name()) {
			return fs.SkipDir
		}
		return nil
	}
	ext := path.Ext(rel)
	yaml := ext == ".yaml" || ext == ".yml"
	if !yaml && ext != ".py" || strings.HasPrefix(d.Name(), ".") || yaml && strings.HasPrefix(d.Name(), "feature_store") || l.ignores(rel) {
		return nil
	}
	if d.Type()&fs.ModeSymlink != 0 && !l.inside(p) {
		return nil
	}
	f := file{path: p, name: p, rel: rel}
	if yaml {
		l.yaml = append(l.yaml, f)
	} else {
		l.python = append(l.python, f)
	}
	if len(l.yaml)+len(l.python) > filesMax {
		return errs.New(errs.ResourceExhausted, "feature repository %s has more than %d definition files", l.dir, filesMax).WithID("T0210").
			WithHint("name a smaller directory, or list directories in .feastignore")
	}
	return nil
}

func (l *listing) skipDir(p, rel, name string) bool {
	if strings.HasPrefix(name, ".") || name == "__pycache__" || name == "node_modules" || l.ignores(rel) {
		return true
	}
	_, err := os.Stat(filepath.Join(p, "pyvenv.cfg"))
	return err == nil
}

// ignores reports whether .feastignore names a path, as a whole path or pattern, or by its last element.
func (l *listing) ignores(rel string) bool {
	return slices.ContainsFunc(l.ignored, func(pattern string) bool {
		whole, err := path.Match(pattern, rel)
		if err != nil {
			return pattern == rel
		}
		last, _ := path.Match(pattern, path.Base(rel)) // the pattern is well formed: it matched above without an error
		return whole || last && !strings.Contains(pattern, "/")
	})
}

// inside reports whether a link leads to a file below the repository, and adds a fault where it leads out of it. A
// link to a directory is not followed.
func (l *listing) inside(p string) bool {
	target, err := filepath.EvalSymlinks(p)
	if err != nil {
		l.faults.Add(errs.Wrap(err, errs.InvalidArgument, "link %s leads nowhere", p).WithID("T0140").WithHint("remove it"))
		return false
	}
	rel, err := filepath.Rel(l.root, target)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		l.faults.Add(errs.New(errs.InvalidArgument, "link %s leads out of the repository", p).WithID("T0140").WithHint("copy the file into the repository"))
		return false
	}
	st, err := os.Stat(target)
	return err == nil && st.Mode().IsRegular()
}
