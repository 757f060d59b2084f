//go:build duckdb

package duckdboffline

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/sqlgen"
	"github.com/truepoint/truepoint/value"
)

// Options bound the engine. The zero value of every member means its default.
type Options struct {
	Memory  string // such as 4GB; default 2GB
	Threads int    // default 2
}

// A Joiner is an offline.Joiner over Parquet files. It is safe for concurrent use.
type Joiner struct {
	root string
	opt  Options
}

var _ offline.Joiner = (*Joiner)(nil)

// New returns a joiner for sources whose relative paths begin at root. A nil opt means defaults.
func New(root string, opt *Options) *Joiner {
	j := &Joiner{root: root, opt: Options{Memory: "2GB", Threads: 2}}
	if opt != nil && opt.Memory != "" {
		j.opt.Memory = opt.Memory
	}
	if opt != nil && opt.Threads > 0 {
		j.opt.Threads = opt.Threads
	}
	return j
}

// dialect quotes names.
var dialect = sqlgen.DuckDB()

// elsewhere says why a join is not answered by DuckDB.
func elsewhere(format string, args ...any) error {
	return errs.New(errs.Unimplemented, format, args...).WithID("T0564")
}

// open returns a database in memory that can read the given files and do nothing else outside itself.
func (j *Joiner) open(files []file) (*sql.DB, error) {
	quoted := make([]string, len(files))
	for i, f := range files {
		quoted[i] = text(f.path)
	}
	connector, err := duckdb.NewConnector("", func(c driver.ExecerContext) error {
		for _, setting := range []string{
			"SET TimeZone = 'UTC'", "SET memory_limit = " + text(j.opt.Memory), fmt.Sprintf("SET threads = %d", j.opt.Threads),
			"SET autoinstall_known_extensions = false", "SET autoload_known_extensions = false", "SET allow_community_extensions = false",
			"SET allowed_paths = [" + strings.Join(quoted, ", ") + "]", "SET enable_external_access = false", "SET lock_configuration = true",
		} {
			if _, err := c.ExecContext(context.Background(), setting, nil); err != nil {
				return fmt.Errorf("%s: %w", setting, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "start DuckDB")
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1) // settings and temporary tables belong to a connection
	return db, nil
}

// text returns a string literal.
func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// A session is one join under way.
type session struct {
	db    *sql.DB
	conn  *sql.Conn
	plan  sqlgen.Plan
	join  *offline.Join
	files []file // of views, then of windows
}

func (s *session) close() error { return errs.Join(s.conn.Close(), s.db.Close()) }

// begin opens a session and renders the join.
func (j *Joiner) begin(ctx context.Context, with *offline.Join) (*session, error) {
	if len(with.WindowSources) != len(with.Plan.Windows) {
		return nil, elsewhere("windows are computed here")
	}
	files, err := j.files(slices.Concat(with.Sources, with.WindowSources))
	if err != nil {
		return nil, err
	}
	db, err := j.open(files)
	if err != nil {
		return nil, err
	}
	s := &session{db: db, join: with, files: files, plan: sqlgen.Plan{Known: with.Plan.Known, KnownAt: with.Plan.KnownAt}}
	if s.conn, err = db.Conn(ctx); err != nil {
		return nil, errs.Join(failed(err), db.Close())
	}
	if err := s.render(ctx); err != nil {
		return nil, errs.Join(failed(err), s.close())
	}
	return s, nil
}

func (s *session) render(ctx context.Context) error {
	p := s.join.Plan
	for i := range p.Views {
		if err := s.keys(p.Views[i].Spine); err != nil {
			return err
		}
		v, err := s.view(ctx, &p.Views[i], s.join.Sources[i], s.join.Settle[i], s.files[i].path, nil)
		if err != nil {
			return err
		}
		s.plan.Views = append(s.plan.Views, *v)
	}
	for i := range p.Windows {
		if err := s.keys(p.Windows[i].Spine); err != nil {
			return err
		}
		v, err := s.windowView(ctx, i)
		if err != nil {
			return err
		}
		s.plan.Windows = append(s.plan.Windows, *v)
		if _, err := s.plan.WindowAnswer(dialect, i); err != nil {
			return err
		}
	}
	return nil
}

// keys adds the columns of the entity rows that supply the keys of a view.
func (s *session) keys(names []string) error {
	for _, name := range names {
		if slices.ContainsFunc(s.plan.Spine, func(f value.Field) bool { return f.Name == name }) {
			continue
		}
		col := s.join.Plan.Spine.Columns.Column(name)
		for row, at := range col.Ints {
			if col.Type.Kind == value.UnixTimestamp && at%int64(eventtime.Second) != 0 {
				return elsewhere("row %d of column %q has a fraction of a second", row+1, name)
			}
		}
		s.plan.Spine = append(s.plan.Spine, value.Field{Name: name, Type: col.Type})
	}
	return nil
}

// Join implements offline.Joiner.
func (j *Joiner) Join(ctx context.Context, with *offline.Join) (out *offline.Joined, err error) {
	if err := with.Plan.Check(); err != nil {
		return nil, err
	}
	s, err := j.begin(ctx, with)
	if err != nil {
		return nil, err
	}
	defer func() { err = errs.Join(err, s.close()) }()
	if err := s.upload(ctx); err != nil {
		return nil, failed(err)
	}
	out = &offline.Joined{Result: &pit.Result{}, Read: make([]offline.Manifest, len(s.files))}
	for i := range s.plan.Views {
		v, err := s.answer(ctx, i)
		if err != nil {
			return nil, failed(err)
		}
		out.Views = append(out.Views, *v)
	}
	for i := range s.plan.Windows {
		w, err := s.windows(ctx, i)
		if err != nil {
			return nil, failed(err)
		}
		out.Windows = append(out.Windows, *w)
	}
	for _, f := range s.files {
		if err := f.unchanged(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Script implements offline.Joiner.
func (j *Joiner) Script(ctx context.Context, with *offline.Join) (script string, err error) {
	s, err := j.begin(ctx, with)
	if err != nil {
		return "", err
	}
	defer func() { err = errs.Join(err, s.close()) }()
	return s.plan.Script(dialect)
}

// failed gives a raw error its code.
func failed(err error) error {
	if errs.CodeOf(err) != errs.Unknown {
		return err
	}
	code := errs.Unknown
	var e *duckdb.Error
	if errors.As(err, &e) {
		code = map[duckdb.ErrorType]errs.Code{
			duckdb.ErrorTypeIO: errs.Unavailable, duckdb.ErrorTypeOutOfMemory: errs.ResourceExhausted, duckdb.ErrorTypePermission: errs.PermissionDenied,
			duckdb.ErrorTypeInterrupt: errs.Canceled, duckdb.ErrorTypeConversion: errs.OutOfRange, duckdb.ErrorTypeOutOfRange: errs.OutOfRange,
			duckdb.ErrorTypeBinder: errs.InvalidArgument, duckdb.ErrorTypeCatalog: errs.NotFound,
		}[e.Type]
		if code == errs.OK {
			code = errs.Internal
		}
	}
	return errs.Wrap(err, code, "join in DuckDB").WithID("T0561")
}
