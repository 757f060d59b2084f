package drivers

import (
	"cmp"
	"context"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/postgresdb"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/postgresoffline"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/postgresonline"
	"github.com/truepoint/truepoint/registry/postgresregistry"
	"github.com/truepoint/truepoint/state/postgresstate"
)

// openPostgresRegistry opens a registry in a database, with the state beside it. Its tables begin with truepoint_, so that
// a registry that Feast keeps there stays as it is.
func openPostgresRegistry(ctx context.Context, c *config.Config, opt *truepoint.Options) error {
	reg, err := postgresregistry.Open(ctx, string(c.Registry.URL))
	if err != nil {
		return err
	}
	state, err := postgresstate.Open(ctx, string(c.Registry.URL))
	if err != nil {
		return errs.Join(err, reg.Close())
	}
	opt.Registry, opt.State = reg, state
	return nil
}

// openPostgres opens an offline store of a database and of files. It connects when first asked.
func openPostgres(c *config.Config) (offline.Driver, error) {
	engine, err := postgresoffline.Open(context.Background(), postgresAddress(c.Offline.Options).URL(), c.Offline.Options["db_schema"])
	if err != nil {
		return nil, err
	}
	files, err := openFiles(c)
	if err != nil {
		return nil, errs.Join(err, engine.Close())
	}
	return &byEngine{Driver: files, engine: engine, kind: "postgres"}, nil
}

// openPostgresOnline opens an online store in a database. Its tables begin with tpo_ and truepoint_, so that those that
// Feast keeps there stay as they are.
func openPostgresOnline(c *config.Config, _ *truepoint.Options) (online.Driver, error) {
	address := postgresAddress(c.Online.Options).URL()
	schema := cmp.Or(c.Online.Options["db_schema"], "public") // as in Feast
	standbys := c.Online.Options["ack"] == replicated
	return &onDemand{distant: true, open: func(ctx context.Context) (online.Driver, error) {
		return postgresonline.Open(ctx, address, &postgresonline.Options{Schema: schema, Replicated: standbys})
	}}, nil
}

// postgresAddress reads Feast's keys of a store in PostgreSQL.
func postgresAddress(o config.Options) postgresdb.Address {
	a := postgresdb.Address{Host: o["host"], Port: o["port"], Database: o["database"], User: o["user"], Password: o["password"], Options: map[string]string{}}
	for ours, theirs := range map[string]string{"sslmode": "sslmode", "sslkey_path": "sslkey", "sslcert_path": "sslcert", "sslrootcert_path": "sslrootcert", "keepalives_idle": "keepalives_idle", "min_conn": "pool_min_conns", "max_conn": "pool_max_conns"} {
		if v := o[ours]; v != "" {
			a.Options[theirs] = v
		}
	}
	return a
}
