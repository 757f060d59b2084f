package fileoffline

import (
	"cmp"
	"context"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/offline"
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

// entries returns the files of a source in reading order. Errors: NotFound when there is none.
func (l *location) entries(ctx context.Context) ([]entry, error) {
	var found []string
	var err error
	switch l.place {
	case placeFile:
		found = []string{l.abs}
	case placeDirectory, placeGlob:
		found, err = l.files.list(ctx, l)
	}
	if err != nil {
		return nil, err
	}
	entries := make([]entry, len(found))
	for i, path := range found {
		if entries[i], err = l.entry(path); err != nil {
			return nil, err
		}
	}
	if l.place == placeFile || l.place == placeNothing {
		if entries, err = l.appended(ctx, entries); err != nil {
			return nil, err
		}
	}
	if len(entries) == 0 {
		return nil, errs.New(errs.NotFound, "source %q has no data: there is nothing to read at %s", l.source, l.path).WithID("T0502").
			WithHint("write the data there, or correct the path of the source")
	}
	slices.SortFunc(entries, compareEntries)
	return entries, l.checkRepeats(entries)
}

// choose returns the entries that a snapshot reads: those that are there now, or those that were pinned.
func (l *location) choose(ctx context.Context, pinned *offline.Manifest) ([]entry, error) {
	if pinned == nil {
		return l.entries(ctx)
	}
	entries := make([]entry, len(pinned.Files))
	for i, f := range pinned.Files {
		var err error
		if entries[i], err = l.entry(l.files.absolute(f.Path)); err != nil {
			return nil, err
		}
	}
	return entries, nil
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

// badGlob returns the error of a pattern that is malformed.
func badGlob(l *location, err error) error {
	return errs.Wrap(err, errs.InvalidArgument, "path %q of source %q is not a glob", l.path, l.source).WithID("T0521").
		WithHint(`put a backslash before a bracket that is meant literally`)
}

// entry returns a file with its format and partitions.
func (l *location) entry(at string) (entry, error) {
	format, err := tablefile.FormatOf(l.files.display(at))
	if err != nil {
		return entry{}, err
	}
	e := entry{abs: at, format: format}
	if n, ours := parseAppendedName(filepath.Base(at)); ours {
		e.appended = n
	}
	if l.place == placeFile || l.place == placeNothing {
		return e, nil
	}
	below := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(at)), filepath.ToSlash(l.base))
	for _, segment := range strings.Split(below, "/") {
		key, text, found := strings.Cut(segment, "=")
		if !found || key == "" {
			continue
		}
		p, err := parsePartition(key, text)
		if err != nil {
			return entry{}, errs.Wrap(err, errs.InvalidArgument, "%s", l.files.display(at)).WithID("T0525")
		}
		e.partitions = append(e.partitions, p)
	}
	return e, nil
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

// appended adds the appended files beside a source file. Other files there are none of ours and are left alone.
// Errors: NotFound where the source had a file, which is gone.
func (l *location) appended(ctx context.Context, entries []entry) ([]entry, error) {
	dir := l.abs + ".d"
	names, err := l.files.names(ctx, dir)
	if err != nil {
		return nil, osError(err, "appended rows of source %q", l.source)
	}
	if slices.Contains(names, besideName) && l.place == placeNothing {
		return nil, errs.New(errs.NotFound, "source %q has lost its file %s; only appended rows are left, in %s", l.source, l.path, l.files.display(dir)).
			WithID("T0502").WithHint("put the file back, or remove %s if those rows are all there should be", l.files.display(dir+"/"+besideName))
	}
	for _, n := range names {
		if a, ours := parseAppendedName(n); ours {
			entries = append(entries, entry{abs: dir + "/" + n, format: tablefile.Parquet, appended: a})
		}
	}
	return entries, nil
}

// checkRepeats refuses a listing that would read a file twice: once by its name and once through a link.
func (l *location) checkRepeats(entries []entry) error {
	seen := make(map[string]string, len(entries))
	for _, e := range entries {
		real, err := l.files.real(e.abs)
		if err != nil {
			return err
		}
		if other, twice := seen[real]; twice {
			return errs.New(errs.FailedPrecondition, "%s and %s are the same file, whose rows would count twice", other, e.abs).WithID("T0524").
				WithHint("remove the link")
		}
		seen[real] = e.abs
	}
	return nil
}
