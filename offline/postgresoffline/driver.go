package postgresoffline

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/postgresdb"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// A Driver is an offline.Driver and offline.Joiner on a PostgreSQL database. It is safe for concurrent use.
type Driver struct {
	pool   *pgxpool.Pool
	schema string // of tables that are named without one
}

var (
	_ offline.Driver = (*Driver)(nil)
	_ offline.Joiner = (*Driver)(nil)
)

// Open returns a driver for the database at address (see postgresdb.Open). It connects when first asked. schema is where
// tables lie that are named without one; empty: public. Errors: InvalidArgument for an address that is none.
func Open(ctx context.Context, address, schema string) (*Driver, error) {
	pool, err := postgresdb.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	if schema == "" {
		schema = "public"
	}
	return &Driver{pool, schema}, nil
}

// begin starts a transaction that sees one state of the database.
func (d *Driver) begin(ctx context.Context, mode pgx.TxAccessMode) (pgx.Tx, error) {
	return d.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: mode})
}

// end gives the transaction back, whatever became of the context: what is read leaves nothing to keep.
func end(tx pgx.Tx) error {
	err := tx.Rollback(context.Background())
	if errors.Is(err, pgx.ErrTxClosed) || tx.Conn().IsClosed() {
		return nil
	}
	return err
}

// Columns implements offline.Driver. A column of a type that has no equal here is read as its text.
func (d *Driver) Columns(ctx context.Context, s *feature.Source) (out []value.Field, err error) {
	m, err := offline.NewMapping(s)
	if err != nil {
		return nil, err
	}
	tx, err := d.begin(ctx, pgx.ReadOnly)
	if err != nil {
		return nil, d.failed(err, s)
	}
	defer func() { err = errs.Join(err, end(tx)) }()
	r, err := d.relation(ctx, tx, s)
	if err != nil {
		return nil, d.failed(err, s)
	}
	own := r.main.columns
	if own == nil {
		own = r.pushes.columns
	}
	if err := m.Check(names(own)); err != nil {
		return nil, err
	}
	for _, c := range own {
		if !ours(c.name) {
			out = append(out, value.Field{Name: m.Name(c.name), Type: c.typ.value})
		}
	}
	return out, nil
}

// Code implements offline.Driver.
func (d *Driver) Code(err error) errs.Code { return postgresdb.Code(err) }

// Close implements offline.Driver.
func (d *Driver) Close() error {
	d.pool.Close()
	return nil
}

// failed gives a raw error its code and names the source.
func (d *Driver) failed(err error, s *feature.Source) error {
	var e *errs.Error
	if errors.As(err, &e) {
		return err
	}
	return errs.Wrap(err, d.Code(err), "source %q in PostgreSQL", s.Name).WithID("T0561")
}
