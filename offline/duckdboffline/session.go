//go:build duckdb

package duckdboffline

import (
	"context"
	"database/sql"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/sqlgen"
	"github.com/truepoint/truepoint/value"
)

// A session is one join, or one query, under way.
type session struct {
	*Joiner
	db        *sql.DB
	conn      *sql.Conn
	plan      sqlgen.Plan
	join      *offline.Join
	histories []*history // of views, then of windows
}

// close ends the session. What was begun only in part is closed too.
func (s *session) close() error {
	var all []error
	if s.conn != nil {
		all = append(all, s.conn.Close())
	}
	if s.db != nil {
		all = append(all, s.db.Close())
	}
	for _, h := range s.histories {
		all = append(all, h.snapshot.Close())
	}
	return errs.Join(all...)
}

// begin opens the histories of a join and a session over them, and renders the join.
func (j *Joiner) begin(ctx context.Context, with *offline.Join) (*session, error) {
	if len(with.WindowSources) != len(with.Plan.Windows) {
		return nil, elsewhere("windows are computed here")
	}
	s := &session{Joiner: j, join: with, plan: sqlgen.Plan{Known: with.Plan.Known, KnownAt: with.Plan.KnownAt}}
	if err := s.prepare(ctx); err != nil {
		return nil, errs.Join(failed(err, joining), s.close())
	}
	return s, nil
}

func (s *session) prepare(ctx context.Context) error {
	if err := s.views(ctx); err != nil {
		return err
	}
	if err := s.connect(ctx); err != nil {
		return err
	}
	for i, h := range s.histories {
		query, err := h.query(ctx, s)
		if err != nil {
			return err
		}
		if n := len(s.plan.Views); i < n {
			s.plan.Views[i].From.Query = query
			continue
		}
		i -= len(s.plan.Views)
		s.plan.Windows[i].From.Query = query
		if _, err := s.plan.WindowAnswer(dialect, i); err != nil {
			return err
		}
	}
	return nil
}

// connect opens a database that can reach the files of the histories.
func (s *session) connect(ctx context.Context) (err error) {
	var paths []string
	for _, h := range s.histories {
		for _, f := range h.files {
			paths = append(paths, f.path)
		}
	}
	if s.db, err = s.open(paths); err != nil {
		return err
	}
	s.conn, err = s.db.Conn(ctx)
	return err
}

// views opens the histories and checks that DuckDB would answer exactly.
func (s *session) views(ctx context.Context) error {
	p := s.join.Plan
	for i := range p.Views {
		if err := s.keys(p.Views[i].Spine); err != nil {
			return err
		}
		v, err := s.view(ctx, &p.Views[i], s.join.Sources[i], s.join.Settle[i], nil)
		if err != nil {
			return err
		}
		s.plan.Views = append(s.plan.Views, *v)
	}
	for i := range p.Windows {
		if err := s.keys(p.Windows[i].Spine); err != nil {
			return err
		}
		v, err := sqlgen.NewWindowView(&p.Windows[i], func(join *pit.ViewScan, more func(sqlgen.Columns)) (*sqlgen.View, error) {
			return s.view(ctx, join, s.join.WindowSources[i], s.join.WindowSettle[i], more)
		})
		if err != nil {
			return err
		}
		s.plan.Windows = append(s.plan.Windows, *v)
	}
	return s.oneState()
}

// oneState refuses two histories of one source that changed in between.
func (s *session) oneState() error {
	for i, h := range s.histories {
		for _, o := range s.histories[:i] {
			if a, b := h.snapshot.Manifest().Files, o.snapshot.Manifest().Files; o.source == h.source && !slices.Equal(a, b) {
				return changed("source " + h.source.Name)
			}
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

// columns returns the types of the columns of a query, by DuckDB's names.
func (s *session) columns(ctx context.Context, query string) (map[string]string, error) {
	out := map[string]string{}
	err := s.each(ctx, "SELECT column_name, column_type FROM (DESCRIBE "+query+")", 2, func(raw []any) error {
		out[raw[0].(string)] = raw[1].(string)
		return nil
	})
	return out, err
}
