// Package postgresdb opens PostgreSQL for the drivers that keep things there: registry, state and histories. It knows
// how to connect and what errors mean, and nothing of what is kept.
package postgresdb

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/truepoint/truepoint/errs"
)

// Open returns a pool of connections to the database at address, a postgres:// or postgresql:// URL. It connects when
// first asked. Sessions have time zone UTC and read tables from their beginning, so that a scan has one order. A context
// that ends gives control back at once and cancels the statement on the server. Errors: InvalidArgument for an address
// that is none; it is not quoted, because it may hold a password.
func Open(ctx context.Context, address string) (*pgxpool.Pool, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	if base, _, ok := strings.Cut(scheme, "+"); ok { // SQLAlchemy's postgresql+psycopg2
		scheme = base
	}
	config, err := pgxpool.ParseConfig(scheme + "://" + rest)
	if err != nil || scheme != "postgres" && scheme != "postgresql" {
		return nil, errs.New(errs.InvalidArgument, "the address of PostgreSQL cannot be read").WithID("T0560").
			WithHint("write postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	if !strings.Contains(rest, "pool_max_conns") {
		config.MaxConns = connectionsMax
	}
	p := config.ConnConfig.RuntimeParams
	if err := keepAlive(config.ConnConfig); err != nil {
		return nil, err
	}
	config.ConnConfig.OnNotice = noticed
	p["timezone"], p["synchronize_seqscans"] = "UTC", "off"
	if p["application_name"] == "" {
		p["application_name"] = "truepoint"
	}
	return pgxpool.NewWithConfig(ctx, config)
}

// keepaliveIdle is libpq's name for how many seconds a connection may be idle before its other side is asked whether it
// lives; 0: as the system has it. pgx does not know it.
const keepaliveIdle = "keepalives_idle"

// keepAlive takes keepaliveIdle out of what is sent to the server and makes connections heed it.
func keepAlive(c *pgx.ConnConfig) error {
	text, ok := c.RuntimeParams[keepaliveIdle]
	if !ok {
		return nil
	}
	delete(c.RuntimeParams, keepaliveIdle)
	seconds, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return errs.New(errs.InvalidArgument, "%s is no number of seconds", keepaliveIdle).WithID("T1000")
	}
	if seconds > 0 {
		d := net.Dialer{Timeout: c.ConnectTimeout, KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: time.Duration(seconds) * time.Second}}
		c.DialFunc = d.DialContext
	}
	return nil
}

// connectionsMax bounds a pool unless the address says pool_max_conns. An open snapshot holds one connection, so that it
// must be more than a request has sources.
const connectionsMax = 64

// An Address is where a database is, in the words of configuration. Empty members are left out.
type Address struct {
	Host, Port, Database, User, Password string
	Options                              map[string]string // sslmode, sslrootcert, pool_max_conns and the like
}

// URL returns the address for Open. It holds the password.
func (a Address) URL() string {
	u := url.URL{Scheme: "postgresql", Path: "/" + a.Database}
	if a.User != "" {
		u.User = url.UserPassword(a.User, a.Password)
	}
	query := url.Values{}
	if strings.HasPrefix(a.Host, "/") { // the directory of a socket
		query.Set("host", a.Host)
		if a.Port != "" {
			query.Set("port", a.Port)
		}
	} else if u.Host = a.Host; a.Port != "" {
		u.Host = net.JoinHostPort(a.Host, a.Port)
	}
	for name, value := range a.Options {
		query.Set(name, value)
	}
	u.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20") // pgx takes + for itself
	return u.String()
}

// Code classifies an error of PostgreSQL or of the way to it; an errs.Error keeps its code.
func Code(err error) errs.Code {
	if c := errs.CodeOf(err); c != errs.Unknown {
		return c
	}
	var pe *pgconn.PgError
	var ne net.Error
	var ce *pgconn.ConnectError
	switch {
	case errors.As(err, &pe):
		return codeOf(pe)
	case errors.As(err, &ce), errors.As(err, &ne), errors.Is(err, net.ErrClosed), pgconn.SafeToRetry(err):
		return errs.Unavailable
	case strings.Contains(err.Error(), "closed pool"): // puddle's error has no type of its own in pgx
		return errs.FailedPrecondition
	case strings.Contains(err.Error(), "conn closed"), strings.Contains(err.Error(), "unexpected EOF"):
		return errs.Unavailable
	}
	return errs.Unknown
}

// classes gives the code of an SQLSTATE by its longest prefix. Source: PostgreSQL 15, appendix A.
var classes = map[string]errs.Code{
	"08": errs.Unavailable, "57P": errs.Unavailable, "57": errs.Canceled, "53": errs.ResourceExhausted, "53300": errs.Unavailable,
	"28": errs.Unauthenticated, "42501": errs.PermissionDenied, "3D": errs.NotFound, "3F": errs.NotFound, "42P01": errs.NotFound,
	"42": errs.InvalidArgument, "22": errs.OutOfRange, "21": errs.InvalidArgument, "23": errs.FailedPrecondition, "25": errs.FailedPrecondition,
	"25006": errs.InvalidArgument, "40": errs.Aborted, "54": errs.ResourceExhausted, "55": errs.FailedPrecondition, "55P03": errs.Aborted,
	"58": errs.Unavailable, "0A": errs.Unimplemented, "XX": errs.Internal, "XX001": errs.DataLoss, "XX002": errs.DataLoss,
}

func codeOf(e *pgconn.PgError) errs.Code {
	for n := min(len(e.Code), 5); n >= 2; n-- {
		if c, ok := classes[e.Code[:n]]; ok {
			return c
		}
	}
	return errs.Unknown
}
