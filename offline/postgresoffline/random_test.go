package postgresoffline_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline/joinertest"
	"github.com/truepoint/truepoint/offline/postgresoffline"
	"github.com/truepoint/truepoint/value"
)

// An engine fills tables for random plans.
type engine struct {
	*postgresoffline.Driver
	store  *store
	tables int
}

func (e *engine) Table(ctx context.Context, columns []value.Field, batches []*value.Batch) (*feature.Source, error) {
	e.tables++
	name := fmt.Sprintf("history_%d", e.tables)
	var list []string
	for _, f := range columns {
		list = append(list, pgx.Identifier{f.Name}.Sanitize()+" "+postgresoffline.Declared(f.Type))
	}
	if _, err := e.store.conn.Exec(ctx, "CREATE TABLE "+e.store.schema+"."+name+" ("+strings.Join(list, ", ")+")"); err != nil {
		return nil, err
	}
	for _, b := range batches {
		if err := postgresoffline.Fill(ctx, e.store.conn, e.store.schema+"."+name, b); err != nil {
			return nil, err
		}
	}
	return &feature.Source{Name: name, Type: "postgres", Table: name, TimestampField: "event"}, nil
}

func (e *engine) Clear(ctx context.Context) error {
	for ; e.tables > 0; e.tables-- {
		if _, err := e.store.conn.Exec(ctx, fmt.Sprintf("DROP TABLE %s.history_%d", e.store.schema, e.tables)); err != nil {
			return err
		}
	}
	return nil
}

func TestScriptsAreAnsweredInTheDatabase(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	joinertest.RunScripts(t, "../../spec", &engine{Driver: s.driver, store: s}, joinertest.Except(map[string]string{
		"identical repeated rows are not ambiguous": "NaN has one bit pattern in PostgreSQL",
		"zero bytes in keys are told apart":         "texts hold no zero bytes in PostgreSQL",
	}))
}

func TestRandomPlansAgreeWithNaiveAndEval(t *testing.T) {
	s := newStore(t)
	joinertest.Run(t, &engine{Driver: s.driver, store: s})
}

func TestRandomWindowsAgreeWithNaive(t *testing.T) {
	s := newStore(t)
	joinertest.RunWindows(t, &engine{Driver: s.driver, store: s})
}

func TestRandomFiltersSelectWhatExprSelects(t *testing.T) {
	s := newStore(t)
	joinertest.RunFilters(t, &engine{Driver: s.driver, store: s})
}
