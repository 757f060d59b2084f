package postgresdb_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/postgresdb"
)

func TestCodesFollowTheClassOfTheState(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]errs.Code{
		"42P01": errs.NotFound, "42601": errs.InvalidArgument, "42501": errs.PermissionDenied, "57014": errs.Canceled, "57P01": errs.Unavailable,
		"28P01": errs.Unauthenticated, "53300": errs.Unavailable, "53100": errs.ResourceExhausted, "40001": errs.Aborted, "25006": errs.InvalidArgument,
		"22003": errs.OutOfRange, "XX001": errs.DataLoss, "99999": errs.Unknown, "": errs.Unknown,
	} {
		err := fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: state})
		if got := postgresdb.Code(err); got != want {
			t.Errorf("%s: got %v, want %v", state, got, want)
		}
	}
	if got := postgresdb.Code(context.Canceled); got != errs.Canceled {
		t.Errorf("a context: got %v", got)
	}
}

func TestAddressesThatAreNoneKeepTheirSecret(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"postgres://u:hunter2@h:port/db", "mysql://u:hunter2@h/db", "hunter2", "postgres://u:hunter2@h/db?sslmode=maybe"} {
		_, err := postgresdb.Open(t.Context(), address)
		if errs.CodeOf(err) != errs.InvalidArgument || strings.Contains(fmt.Sprintf("%+v", err), "hunter2") {
			t.Errorf("got %v, want InvalidArgument without the password", err)
		}
	}
}

func TestURLKeepsEverySign(t *testing.T) {
	t.Parallel()
	a := postgresdb.Address{Host: "db", Port: "5433", Database: "d b", User: "u@x", Password: "p:/?#", Options: map[string]string{"sslmode": "disable", "application_name": "a b+c"}}
	pool, err := postgresdb.Open(t.Context(), a.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	c := pool.Config().ConnConfig
	if got := c.RuntimeParams["application_name"]; got != "a b+c" {
		t.Errorf("an option: got %q", got)
	}
	if c.Host != "db" || c.Port != 5433 || c.Database != "d b" || c.User != "u@x" || c.Password != "p:/?#" {
		t.Errorf("got %s:%d %q %q", c.Host, c.Port, c.Database, c.User)
	}
	socket := postgresdb.Address{Host: "/run/postgresql", Port: "5", Database: "d", User: "u"}.URL()
	if pool, err := postgresdb.Open(t.Context(), socket); err != nil || pool.Config().ConnConfig.Host != "/run/postgresql" || pool.Config().ConnConfig.Port != 5 {
		t.Errorf("a socket: %v", err)
	} else {
		pool.Close()
	}
	if pool, err := postgresdb.Open(t.Context(), "postgresql+psycopg2://u:p@h/db"); err != nil {
		t.Errorf("SQLAlchemy's form: %v", err)
	} else {
		pool.Close()
	}
}
