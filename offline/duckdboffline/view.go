//go:build duckdb

package duckdboffline

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/sqlgen"
	"github.com/truepoint/truepoint/value"
)

// A file is a version of a Parquet file.
type file struct {
	path string // its real path
	info os.FileInfo
}

// unchanged returns a FailedPrecondition error if the file is not the version that it was: DuckDB opens it more than once.
func (f *file) unchanged() error {
	now, err := os.Stat(f.path)
	if err != nil || !os.SameFile(now, f.info) || now.Size() != f.info.Size() || !now.ModTime().Equal(f.info.ModTime()) {
		return errs.New(errs.FailedPrecondition, "%s was written to while it was read", f.path).WithID("T0503").WithHint("run again once its writer is done")
	}
	return nil
}

// files returns the files of sources, which must be single Parquet files without pushes.
func (j *Joiner) files(sources []*feature.Source) ([]file, error) {
	out := make([]file, len(sources))
	for i, s := range sources {
		path := s.Path
		if s.Type != feature.FileSource || filepath.Ext(path) != ".parquet" || strings.ContainsAny(path, "*?[") || strings.Contains(path, "://") {
			return nil, elsewhere("source %q is no single Parquet file", s.Name)
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(j.root, path)
		}
		if _, err := os.Lstat(path + ".d"); !os.IsNotExist(err) {
			return nil, elsewhere("source %q has pushes", s.Name)
		}
		f, err := version(path)
		if err != nil || !f.info.Mode().IsRegular() { // opening it tells better
			return nil, elsewhere("source %q is no file that can be read: %v", s.Name, err)
		}
		out[i] = f
	}
	return out, nil
}

// version returns the present version of a file, behind all symbolic links.
func version(path string) (f file, err error) {
	if f.path, err = filepath.EvalSymlinks(path); err != nil {
		return f, err
	}
	if f.path, err = filepath.Abs(f.path); err != nil {
		return f, err
	}
	f.info, err = os.Stat(f.path)
	return f, err
}

// columns returns the types of the columns of a file, by DuckDB's names.
func (s *session) columns(ctx context.Context, from string) (map[string]string, error) {
	rows, err := s.conn.QueryContext(ctx, "SELECT column_name, column_type FROM (DESCRIBE "+from+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var name, typ string
		if err := rows.Scan(&name, &typ); err != nil {
			return nil, err
		}
		out[name] = typ
	}
	return out, rows.Err()
}

// types are the types of DuckDB that have an equal. Lists of them are arrays.
var types = map[string]value.Kind{
	"BOOLEAN": value.Bool, "INTEGER": value.Int32, "BIGINT": value.Int64, "FLOAT": value.Float32, "DOUBLE": value.Float64, "VARCHAR": value.String,
	"BLOB": value.Bytes, "TIMESTAMP WITH TIME ZONE": value.UnixTimestamp, "TIMESTAMP": value.UnixTimestamp, "DATE": value.Date, "UUID": value.Uuid,
}

// view returns a join in terms of DuckDB, if it would answer exactly. more, unless nil, asks for columns beside those of
// the join.
func (s *session) view(ctx context.Context, v *pit.ViewScan, src *feature.Source, settle []value.Field, path string, more func(sqlgen.Columns)) (*sqlgen.View, error) {
	m, err := offline.NewMapping(src)
	if err != nil {
		return nil, err
	}
	from := "SELECT * FROM read_parquet(" + text(path) + ")"
	have, err := s.columns(ctx, from)
	if err != nil {
		return nil, elsewhere("source %q: %v", src.Name, err)
	}
	out := &sqlgen.View{
		Name: v.Name, Layout: v.Layout, Spine: v.Spine, Availability: v.Availability, TTL: v.TTL, From: sqlgen.From{Query: from, Own: m.Column},
	}
	c := &checked{view: v.Name, mapping: m, have: have, zone: src.Timezone}
	for k, name := range v.Layout.Keys {
		c.Same(name, s.join.Plan.Spine.Columns.Column(v.Spine[k]).Type)
	}
	c.Same(v.Layout.Event, value.Scalar(value.UnixTimestamp))
	if v.Layout.Created != "" {
		c.Same(v.Layout.Created, value.Scalar(value.UnixTimestamp))
	}
	if v.Layout.Deleted != "" {
		c.Same(v.Layout.Deleted, value.Scalar(value.Bool))
	}
	for _, name := range v.Layout.TieBreak {
		t := c.Scalar(name)
		for _, f := range settle {
			if f.Name == name {
				c.Same(name, f.Type)
			}
		}
		out.RankTypes = append(out.RankTypes, t)
	}
	for _, f := range settle {
		if t := c.Scalar(f.Name); c.err == nil {
			out.Settle = append(out.Settle, value.Field{Name: f.Name, Type: t})
		}
	}
	for f, name := range v.Layout.Features {
		c.Same(name, v.Layout.FeatureTypes[f])
	}
	if more != nil {
		more(c)
	}
	return out, c.err
}

// checked holds the first reason why DuckDB would not answer a view exactly.
type checked struct {
	view    string
	mapping *offline.Mapping
	have    map[string]string
	zone    string
	err     error
}

// Refuse implements sqlgen.Columns.
func (c *checked) Refuse(format string, args ...any) {
	if c.err == nil {
		c.err = elsewhere("view %q: "+format, append([]any{c.view}, args...)...)
	}
}

// Scalar implements sqlgen.Columns.
func (c *checked) Scalar(name string) value.Type {
	typ := c.have[c.mapping.Column(name)]
	kind, ok := types[typ]
	if !ok || typ == "TIMESTAMP" && c.zone != "" && c.zone != "UTC" {
		c.Refuse("column %q has type %s in DuckDB and zone %q", name, typ, c.zone)
	}
	return value.Scalar(kind)
}

// Same implements sqlgen.Columns.
func (c *checked) Same(name string, want value.Type) {
	typ := c.have[c.mapping.Column(name)]
	if elem, list := strings.CutSuffix(typ, "[]"); list && want.Kind == value.Array && types[elem] == want.Elem.Kind && elem != "TIMESTAMP" {
		return
	}
	if got := c.Scalar(name); !got.Equal(want) {
		c.Refuse("column %q has type %s, expected %s", name, got, want)
	}
}
