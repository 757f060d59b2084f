package postgresoffline

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit/sqlgen"
)

// dialect quotes names.
var dialect = sqlgen.Postgres()

// pushesSuffix ends the name of the table that holds the pushes to a table.
const pushesSuffix = "__truepoint_pushes"

// pushColumn is the column of a table of pushes with the id of the push that brought a row.
const pushColumn = "__truepoint_push"

// ours reports whether a column was added by us.
func ours(column string) bool { return offline.Ours(column) || column == pushColumn }

// A column is a column of a table or query.
type column struct {
	name string
	typ  sqlType
}

func names(columns []column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.name
	}
	return out
}

func find(columns []column, name string) *column {
	for i := range columns {
		if columns[i].name == name {
			return &columns[i]
		}
	}
	return nil
}

// A place is a table or query.
type place struct {
	name    string   // for people and manifests
	table   []string // nil for a query
	from    string   // for FROM
	columns []column // nil if it does not exist
}

// A relation is where the rows of a source lie: its own, and those of pushes, which come after.
type relation struct {
	source *feature.Source
	main   place
	pushes place
}

// locate returns the places of a source without asking the database. Errors: InvalidArgument for a query that is not one
// SELECT and for names that cannot be.
func (d *Driver) locate(s *feature.Source) (*relation, error) {
	r := &relation{source: s}
	if s.Query != "" {
		query, err := sqlgen.CheckQuery(s.Query)
		if err != nil {
			return nil, errs.Wrap(err, errs.InvalidArgument, "source %q", s.Name).WithID("T0554").
				WithHint("write exactly one SELECT that reads")
		}
		r.main = place{name: "query of " + s.Name, from: "(\n" + query + "\n) AS q"}
		return r, nil
	}
	if s.Table == "" {
		return nil, errs.New(errs.InvalidArgument, "source %q has neither table nor query", s.Name).WithID("T0562").WithHint("write table: schema.name")
	}
	parts := strings.Split(s.Table, ".")
	if len(parts) == 1 {
		parts = []string{d.schema, parts[0]}
	}
	pushes := append(parts[:len(parts)-1:len(parts)-1], parts[len(parts)-1]+pushesSuffix)
	for _, p := range []struct {
		to    *place
		parts []string
	}{{&r.main, parts}, {&r.pushes, pushes}} {
		quoted, err := dialect.QuoteTable(p.parts)
		if err != nil {
			return nil, errs.Wrap(err, errs.InvalidArgument, "source %q", s.Name)
		}
		*p.to = place{name: strings.Join(p.parts, "."), table: p.parts, from: quoted}
	}
	return r, nil
}

// relation returns the places of a source with their columns. Errors: those of locate; NotFound if there is nothing.
func (d *Driver) relation(ctx context.Context, tx pgx.Tx, s *feature.Source) (*relation, error) {
	r, err := d.locate(s)
	if err != nil {
		return nil, err
	}
	for _, p := range []*place{&r.main, &r.pushes} {
		if p.from == "" {
			continue
		}
		exists := true
		if p.table != nil {
			if err := tx.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", p.from).Scan(&exists); err != nil {
				return nil, err
			}
		}
		if exists {
			if p.columns, err = columnsOf(ctx, tx, p.from); err != nil {
				return nil, err
			}
		}
	}
	if r.main.columns == nil && r.pushes.columns == nil {
		return nil, errs.New(errs.NotFound, "source %q: there is no table %s", s.Name, r.main.name).WithID("T0502").
			WithHint("create it, or correct its name; capital letters count")
	}
	return r, nil
}

// columnsOf returns the columns of what stands in a FROM clause.
func columnsOf(ctx context.Context, tx pgx.Tx, from string) ([]column, error) {
	result := tx.Conn().PgConn().ExecParams(ctx, "SELECT * FROM "+from+" LIMIT 0", nil, nil, nil, binaryRows)
	fields := result.FieldDescriptions()
	out := make([]column, 0, len(fields))
	for _, f := range fields {
		out = append(out, column{f.Name, typeOf(f.DataTypeOID)})
	}
	_, err := result.Close()
	return out, err
}

// binaryRows asks for results in binary form.
var binaryRows = []int16{1}
