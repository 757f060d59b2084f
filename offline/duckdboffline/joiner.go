//go:build duckdb

package duckdboffline

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/sqlgen"
)

// Options bound the engine. The zero value of every member means its default.
type Options struct {
	Memory  string // such as 4GB; default 2GB
	Threads int    // default 2
}

// A Joiner is an offline.Joiner over Parquet files. It is safe for concurrent use.
type Joiner struct {
	driver offline.Driver
	root   string
	opt    Options
}

var _ offline.Joiner = (*Joiner)(nil)

// New returns a joiner for sources that a driver of files reads, whose manifests have paths relative to root. It does not
// close the driver. A nil opt means defaults.
func New(files offline.Driver, root string, opt *Options) *Joiner {
	j := &Joiner{driver: files, root: root, opt: Options{Memory: "2GB", Threads: 2}}
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

// open returns a database in memory that can read the given files and do nothing else outside itself.
func (j *Joiner) open(paths []string) (*sql.DB, error) {
	quoted := make([]string, len(paths))
	for i, p := range paths {
		quoted[i] = text(p)
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
	out, err = s.run(ctx)
	for _, h := range s.histories { // what DuckDB says of a file that changed is of no use
		if changed := h.unchanged(); changed != nil {
			return nil, changed
		}
	}
	return out, failed(err, joining)
}

// run answers the join. Errors are those of the engine.
func (s *session) run(ctx context.Context) (*offline.Joined, error) {
	if err := s.upload(ctx); err != nil {
		return nil, err
	}
	out := &offline.Joined{Result: &pit.Result{}}
	for i := range s.plan.Views {
		v, err := s.answer(ctx, i)
		if err != nil {
			return nil, err
		}
		out.Views = append(out.Views, *v)
	}
	for i := range s.plan.Windows {
		w, err := s.windows(ctx, i)
		if err != nil {
			return nil, err
		}
		out.Windows = append(out.Windows, *w)
	}
	for _, h := range s.histories {
		out.Read = append(out.Read, h.snapshot.Manifest())
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

// joining is what was done when a join failed.
const joining = "join in DuckDB"

// failed gives a raw error its code.
func failed(err error, doing string) error {
	if err == nil || errs.CodeOf(err) != errs.Unknown {
		return err
	}
	code := errs.Unknown
	var e *duckdb.Error
	if errors.As(err, &e) {
		code = map[duckdb.ErrorType]errs.Code{
			duckdb.ErrorTypeIO: errs.Unavailable, duckdb.ErrorTypeOutOfMemory: errs.ResourceExhausted, duckdb.ErrorTypePermission: errs.PermissionDenied,
			duckdb.ErrorTypeInterrupt: errs.Canceled, duckdb.ErrorTypeConversion: errs.OutOfRange, duckdb.ErrorTypeOutOfRange: errs.OutOfRange,
			duckdb.ErrorTypeBinder: errs.InvalidArgument, duckdb.ErrorTypeParser: errs.InvalidArgument, duckdb.ErrorTypeCatalog: errs.NotFound,
		}[e.Type]
		if code == errs.OK {
			code = errs.Internal
		}
	}
	return errs.Wrap(err, code, "%s", doing).WithID("T0561")
}
