//go:build duckdb

package duckdboffline

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// A history is the files of one source, opened as a snapshot: which they are, in what order and what their places say of
// their rows is the file driver's to know.
type history struct {
	source   *feature.Source
	mapping  *offline.Mapping
	snapshot offline.Snapshot
	columns  []value.Field // those that a join reads, by their names in views
	files    []file        // those with rows
	fixed    []value.Field // of columns: those that the places of files give
}

// openHistory takes the snapshot of a history. Errors: Unimplemented for files that DuckDB would read otherwise.
func (s *session) openHistory(ctx context.Context, src *feature.Source, columns []value.Field) (*history, error) {
	ours := []value.Field{{Name: offline.SequenceColumn, Type: value.Scalar(value.Int64)}, {Name: offline.ArrivalColumn, Type: value.Scalar(value.UnixTimestamp)}}
	h := &history{source: src, columns: slices.Concat(columns, ours)}
	var err error
	if h.mapping, err = offline.NewMapping(src); err != nil {
		return nil, err
	}
	if h.snapshot, err = s.driver.Open(ctx, src, h.columns, nil); err != nil {
		return nil, elsewhere("source %q: %v", src.Name, err) // opening it there tells the same
	}
	if h.snapshot.Sequence() == "" {
		h.columns = columns
	}
	if err := h.find(s.root); err != nil {
		return nil, errs.Join(err, h.snapshot.Close())
	}
	return h, nil
}

// find lists the files that have rows.
func (h *history) find(root string) error {
	versions := h.snapshot.Manifest().Files
	seen := map[string]bool{}
	for _, p := range h.snapshot.Parts() {
		name, _ := p.(offline.Located).Location()
		if seen[name] {
			continue
		}
		seen[name] = true
		path := filepath.FromSlash(name)
		if !filepath.IsAbs(path) {
			path = filepath.Join(root, path)
		}
		f, err := version(path)
		if err != nil {
			return changed(name)
		}
		modified, err := eventtime.FromTime(f.info.ModTime())
		i := slices.IndexFunc(versions, func(v offline.File) bool { return v.Path == name })
		if err != nil || i < 0 || versions[i].Size != f.info.Size() || versions[i].Modified != modified {
			return changed(name)
		}
		if filepath.Ext(f.path) != ".parquet" || strings.ContainsAny(f.path, "*?[") {
			return elsewhere("source %q: DuckDB would read %s otherwise", h.source.Name, name)
		}
		h.add(f, p)
	}
	return nil
}

// add takes over a file and what its place gives to the columns.
func (h *history) add(f file, part any) {
	for _, c := range h.columns {
		fixed, ok := part.(offline.Fixed)
		if !ok {
			break
		}
		v, ok := fixed.Fixed(c.Name)
		if !ok {
			continue
		}
		if !slices.ContainsFunc(h.fixed, func(f value.Field) bool { return f.Name == c.Name }) {
			h.fixed = append(h.fixed, c)
		}
		if f.fixed == nil {
			f.fixed = map[string]value.Value{}
		}
		f.fixed[c.Name] = v
	}
	h.files = append(h.files, f)
}

// unchanged returns an error if a file is not the version that it was: DuckDB opens each more than once.
func (h *history) unchanged() error {
	for i := range h.files {
		if err := h.files[i].unchanged(); err != nil {
			return err
		}
	}
	return nil
}

// query returns the SELECT of a history's columns, under their own names. Errors: Unimplemented for columns that a file has
// in another type, and those of the engine.
func (h *history) query(ctx context.Context, s *session) (string, error) {
	var shapes []*shape
	for i := range h.files {
		sh, err := h.shapeOf(ctx, s, &h.files[i])
		if err != nil {
			return "", err
		}
		at := slices.IndexFunc(shapes, func(o *shape) bool { return slices.Equal(o.types, sh.types) })
		if at < 0 {
			shapes = append(shapes, sh)
			continue
		}
		shapes[at].files = append(shapes[at].files, &h.files[i])
	}
	if len(shapes) == 0 { // no file has rows
		none, err := h.list(&shape{types: make([]string, len(h.columns))})
		return "SELECT " + none + "\nWHERE FALSE", err
	}
	parts := make([]string, len(shapes))
	for i, sh := range shapes {
		var err error
		if parts[i], err = h.selected(sh); err != nil {
			return "", err
		}
	}
	return strings.Join(parts, "\nUNION ALL\n"), nil
}

// A shape is files with the same columns.
type shape struct {
	files []*file
	types []string // of History.columns in DuckDB; empty where the files lack one, or their places give it
}

// shapeOf compares the columns of a file with those that are read.
func (h *history) shapeOf(ctx context.Context, s *session, f *file) (*shape, error) {
	have, err := s.columns(ctx, "SELECT * FROM read_parquet("+text(f.path)+")")
	if err != nil {
		return nil, elsewhere("source %q: %v", h.source.Name, err)
	}
	sh := &shape{files: []*file{f}, types: make([]string, len(h.columns))}
	for i, c := range h.columns {
		if _, given := f.fixed[c.Name]; given {
			continue
		}
		own := h.mapping.Column(c.Name)
		typ, ok := have[own]
		if ok && !same(typ, c.Type, h.source.Timezone) {
			return nil, elsewhere("source %q: column %q has type %s in DuckDB and zone %q, expected %s", h.source.Name, own, typ, h.source.Timezone, c.Type)
		}
		sh.types[i] = typ // a file that may lack a column has nulls there; the snapshot refused all others
	}
	return sh, nil
}

// fileColumn is the column with the path of the file that a row stands in.
const fileColumn = "truepoint_file"

// list returns the columns of a SELECT of the files of one shape.
func (h *history) list(sh *shape) (string, error) {
	out := make([]string, len(h.columns))
	for i, c := range h.columns {
		name, err := dialect.Quote(h.mapping.Column(c.Name))
		if err != nil {
			return "", err
		}
		at := slices.IndexFunc(h.fixed, func(f value.Field) bool { return f.Name == c.Name })
		switch {
		case sh.types[i] != "":
			out[i] = "h." + name
		case at >= 0:
			out[i] = "p.c" + strconv.Itoa(at) + " AS " + name
		default:
			out[i] = "CAST(NULL AS " + typeOf(c.Type) + ") AS " + name
		}
	}
	return strings.Join(out, ", "), nil
}

// selected returns the SELECT of the files of one shape. What their places give is joined by their paths.
func (h *history) selected(sh *shape) (string, error) {
	list, err := h.list(sh)
	if err != nil {
		return "", err
	}
	paths := make([]string, len(sh.files))
	for i, f := range sh.files {
		paths[i] = text(f.path)
	}
	from := "SELECT " + list + "\nFROM read_parquet([" + strings.Join(paths, ", ") + "]"
	if len(h.fixed) == 0 {
		return from + ") AS h", nil
	}
	places := make([]string, len(sh.files))
	for i, f := range sh.files {
		row := []string{paths[i]}
		for _, c := range h.fixed {
			v, err := literal(f.fixed[c.Name], c.Type)
			if err != nil {
				return "", err
			}
			row = append(row, v)
		}
		places[i] = "(" + strings.Join(row, ", ") + ")"
	}
	columns := []string{"file"}
	for i := range h.fixed {
		columns = append(columns, "c"+strconv.Itoa(i))
	}
	return from + ", filename = " + text(fileColumn) + ") AS h\nJOIN (VALUES " + strings.Join(places, ", ") +
		") AS p (" + strings.Join(columns, ", ") + ") ON p.file = h." + fileColumn, nil
}
