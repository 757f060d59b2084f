package fileoffline

import (
	"cmp"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// An entry is one file of a source.
type entry struct {
	abs        string
	format     tablefile.Format
	partitions []partition
	appended   *appendedName // nil for the source's own files
}

// A partition is a column that a directory called key=value gives to the files below it.
type partition struct {
	key   string
	value value.Value // String or null
}

// nullPartition is how Hive spells null in a directory name.
const nullPartition = "__HIVE_DEFAULT_PARTITION__"

// list returns the files of a source in reading order. Errors: NotFound when there is none.
func (d *Driver) list(l *location) ([]entry, error) {
	var entries []entry
	var err error
	switch l.place {
	case placeFile:
		entries, err = d.appendEntry(nil, l, l.abs)
	case placeDirectory:
		entries, err = d.walk(nil, l, l.abs)
	case placeGlob:
		entries, err = d.glob(l)
	}
	if err != nil {
		return nil, err
	}
	if l.place == placeFile || l.place == placeNothing {
		if entries, err = d.listAppended(entries, l); err != nil {
			return nil, err
		}
	}
	if len(entries) == 0 {
		return nil, errs.New(errs.NotFound, "source %q has no data: there is nothing to read at %s", l.source, l.path).WithID("T0502").
			WithHint("write the data there, or correct the path of the source")
	}
	slices.SortFunc(entries, compareEntries)
	return entries, checkRepeats(entries)
}

// compareEntries orders own files by path and appended ones, after them, by sequence.
func compareEntries(a, b entry) int {
	switch {
	case a.appended == nil && b.appended == nil:
		return cmp.Compare(filepath.ToSlash(a.abs), filepath.ToSlash(b.abs))
	case a.appended == nil:
		return -1
	case b.appended == nil:
		return 1
	}
	return cmp.Or(cmp.Compare(a.appended.sequence, b.appended.sequence), cmp.Compare(a.abs, b.abs))
}

// hidden reports whether a name in a directory is no data.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || strings.HasSuffix(name, ".crc")
}

// walk adds the files of a directory and its subdirectories.
func (d *Driver) walk(entries []entry, l *location, dir string) ([]entry, error) {
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
			entries, err = d.walk(entries, l, at)
		} else {
			entries, err = d.appendFound(entries, l, at)
		}
		if err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// glob adds what matches the pattern; a directory that matches is walked.
func (d *Driver) glob(l *location) ([]entry, error) {
	root, pattern := d.root, filepath.ToSlash(l.path)
	if filepath.IsAbs(l.path) {
		root, pattern = string(filepath.Separator), strings.TrimPrefix(pattern, "/")
	}
	pattern = path.Clean(pattern)
	matches, err := fs.Glob(os.DirFS(root), pattern)
	if err != nil {
		return nil, errs.Wrap(err, errs.InvalidArgument, "path %q of source %q is not a glob", l.path, l.source).WithID("T0521").
			WithHint(`put a backslash before a bracket that is meant literally`)
	}
	var entries []entry
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
			entries, err = d.walk(entries, l, at)
		default:
			entries, err = d.appendFound(entries, l, at)
		}
		if err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// hiddenMatch reports whether a wildcard matched a hidden name, which must be written out to be meant.
func hiddenMatch(match, pattern string) bool {
	globs := strings.Split(pattern, "/")
	for i, name := range strings.Split(match, "/") {
		if hidden(name) && name != globs[i] && (globs[i] == "" || globs[i][0] != name[0] || strings.HasSuffix(name, ".crc")) {
			return true
		}
	}
	return false
}

// appendFound adds a file that was found by listing, after the check of links.
func (d *Driver) appendFound(entries []entry, l *location, at string) ([]entry, error) {
	info, err := os.Lstat(at)
	if err != nil {
		return nil, osError(err, "source %q", l.source)
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		if err := d.checkLink(l, at); err != nil {
			return nil, err
		}
	} else if !info.Mode().IsRegular() {
		return nil, errs.New(errs.InvalidArgument, "%s, found for source %q, is neither a file nor a directory", d.display(at), l.source).WithID("T0521")
	}
	return d.appendEntry(entries, l, at)
}

// checkLink allows a symbolic link to a file below the listed directory or the root.
func (d *Driver) checkLink(l *location, at string) error {
	target, err := filepath.EvalSymlinks(at)
	if err != nil {
		return errs.Wrap(err, errs.FailedPrecondition, "link %s of source %q leads nowhere", d.display(at), l.source).WithID("T0524").
			WithHint("remove the link")
	}
	info, err := os.Stat(target)
	if err != nil {
		return osError(err, "link %s of source %q", d.display(at), l.source)
	}
	for _, dir := range []string{l.base, d.root} {
		real, err := filepath.EvalSymlinks(dir)
		if err != nil {
			continue
		}
		if rel, err := filepath.Rel(real, target); err == nil && filepath.IsLocal(rel) && info.Mode().IsRegular() {
			return nil
		}
	}
	return errs.New(errs.FailedPrecondition, "%s, found for source %q, is a link to %s; only links to files inside %s or the repository are followed",
		d.display(at), l.source, target, d.display(l.base)).WithID("T0524").
		WithHint("copy the data, or declare the target as the path of a source")
}

// appendEntry adds a file with its format and partitions.
func (d *Driver) appendEntry(entries []entry, l *location, at string) ([]entry, error) {
	format, err := tablefile.FormatOf(d.display(at))
	if err != nil {
		return nil, err
	}
	e := entry{abs: at, format: format}
	if n, ours := parseAppendedName(filepath.Base(at)); ours {
		e.appended = n
	}
	if l.place == placeFile || l.place == placeNothing {
		return append(entries, e), nil
	}
	rel, err := filepath.Rel(l.base, filepath.Dir(at))
	if err != nil {
		return nil, osError(err, "source %q", l.source)
	}
	for _, segment := range strings.Split(filepath.ToSlash(rel), "/") {
		key, text, found := strings.Cut(segment, "=")
		if !found || key == "" {
			continue
		}
		p, err := parsePartition(key, text)
		if err != nil {
			return nil, errs.Wrap(err, errs.InvalidArgument, "%s", d.display(at)).WithID("T0525")
		}
		e.partitions = append(e.partitions, p)
	}
	return append(entries, e), nil
}

func parsePartition(key, text string) (partition, error) {
	if text == nullPartition {
		return partition{key: key}, nil
	}
	decoded, err := url.PathUnescape(text)
	if err != nil {
		return partition{}, errs.New(errs.InvalidArgument, "directory %s=%s has a malformed escape", key, text).
			WithHint("write %%25 for a percent sign")
	}
	return partition{key: key, value: value.OfString(decoded)}, nil
}

// listAppended adds the appended files beside a source file. Other files there are none of ours and are left alone.
// Errors: NotFound where the source had a file, which is gone.
func (d *Driver) listAppended(entries []entry, l *location) ([]entry, error) {
	dir := l.abs + ".d"
	names, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return entries, nil
	}
	if err != nil {
		return nil, osError(err, "appended rows of source %q", l.source)
	}
	if _, err := os.Lstat(filepath.Join(dir, besideName)); err == nil && l.place == placeNothing {
		return nil, errs.New(errs.NotFound, "source %q has lost its file %s; only appended rows are left, in %s", l.source, l.path, d.display(dir)).
			WithID("T0502").WithHint("put the file back, or remove %s if those rows are all there should be", d.display(filepath.Join(dir, besideName)))
	}
	for _, n := range names {
		if a, ours := parseAppendedName(n.Name()); ours {
			entries = append(entries, entry{abs: filepath.Join(dir, n.Name()), format: tablefile.Parquet, appended: a})
		}
	}
	return entries, nil
}

// checkRepeats refuses a listing that would read a file twice: once by its name and once through a link.
func checkRepeats(entries []entry) error {
	seen := make(map[string]string, len(entries))
	for _, e := range entries {
		real, err := filepath.EvalSymlinks(e.abs)
		if err != nil {
			return osError(err, "%s", e.abs)
		}
		if other, twice := seen[real]; twice {
			return errs.New(errs.FailedPrecondition, "%s and %s are the same file, whose rows would count twice", other, e.abs).WithID("T0524").
				WithHint("remove the link")
		}
		seen[real] = e.abs
	}
	return nil
}
