package postgresoffline

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/postgresdb"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// Append implements offline.Driver. The rows go to the table of pushes, which the first push creates, in one transaction.
// Errors: also InvalidArgument for a source that is a query.
func (d *Driver) Append(ctx context.Context, s *feature.Source, id string, rows *value.Batch) error {
	m, err := offline.NewAppend(s, id)
	if err != nil {
		return err
	}
	r, err := d.locate(s)
	if err != nil {
		return err
	}
	if r.pushes.from == "" {
		return errs.New(errs.InvalidArgument, "source %q is a query, to which nothing can be appended", s.Name).WithID("T0563").
			WithHint("name a table")
	}
	err = pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		a := &appending{tx: tx, to: &r.pushes, mapping: m, id: id, rows: rows}
		return a.run(ctx)
	})
	if err != nil {
		return d.failed(err, s)
	}
	return nil
}

// An appending is one push inside its transaction.
type appending struct {
	tx      pgx.Tx
	to      *place
	mapping *offline.Mapping
	id      string
	rows    *value.Batch
}

func (a *appending) run(ctx context.Context) error {
	if err := a.prepare(ctx); err != nil {
		return err
	}
	var known bool
	if err := a.tx.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM "+a.to.from+" WHERE "+pushColumn+" = $1)", a.id).Scan(&known); err != nil || known {
		return err
	}
	var sequence int64
	if err := a.tx.QueryRow(ctx, "SELECT coalesce(max("+offline.SequenceColumn+"), 0) + 1 FROM "+a.to.from).Scan(&sequence); err != nil {
		return err
	}
	columns, err := a.columns(ctx)
	if err != nil {
		return err
	}
	columns = append([]string{offline.SequenceColumn, pushColumn}, columns...)
	var text []byte
	for i := range a.rows.Rows {
		text = append(strconv.AppendInt(text, sequence, 10), '\t')
		text = appendCopy(text, value.OfString(a.id))
		for _, c := range a.rows.Columns {
			text = appendCopy(append(text, '\t'), c.At(i))
		}
		text = append(text, '\n')
	}
	_, err = a.tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(text), "COPY "+a.to.from+" ("+strings.Join(columns, ", ")+") FROM STDIN")
	return err
}

// prepare makes the table of pushes if need be, and lets one push at a time go on. Those who wait wait for the end of the
// transaction before.
func (a *appending) prepare(ctx context.Context) error {
	if err := postgresdb.Lock(ctx, a.tx, "truepoint pushes "+a.to.from); err != nil {
		return err
	}
	var exists bool
	if err := a.tx.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", a.to.from).Scan(&exists); err != nil || exists {
		return err
	}
	_, err := a.tx.Exec(ctx, "CREATE TABLE "+a.to.from+" ("+offline.SequenceColumn+" bigint NOT NULL, "+pushColumn+" text NOT NULL, "+
		offline.ArrivalColumn+" timestamptz)")
	if err == nil {
		_, err = a.tx.Exec(ctx, "CREATE INDEX ON "+a.to.from+" ("+pushColumn+")")
	}
	return err
}

// columns returns the quoted columns of the rows, and adds those that the table lacks.
func (a *appending) columns(ctx context.Context) ([]string, error) {
	present, err := columnsOf(ctx, a.tx, a.to.from)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(a.rows.Names))
	for i, n := range a.rows.Names {
		own := a.mapping.Column(n)
		if out[i], err = dialect.Quote(own); err != nil {
			return nil, err
		}
		if find(present, own) != nil {
			continue
		}
		if _, err := a.tx.Exec(ctx, "ALTER TABLE "+a.to.from+" ADD COLUMN "+out[i]+" "+declared(a.rows.Columns[i].Type)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
