package drivers

import (
	"cmp"
	"context"
	"maps"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/process"
	"github.com/truepoint/truepoint/internal/sqlitefile"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/registry/sqliteregistry"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/state/sqlitestate"
)

// Open returns the parts of the store that c describes. The registry's file is opened, or made; the online store is
// opened by the first call that needs it. The caller closes the store made of them.
//
// Errors: those of Check; those of opening the files.
func Open(ctx context.Context, c *config.Config, clock eventtime.Clock) (*truepoint.Options, error) {
	if err := Check(c); err != nil {
		return nil, err
	}
	opt := &truepoint.Options{
		Project: c.Project, Clock: clock, Holder: process.Name(), Gone: process.Dead,
		Serving: serving.Options{
			MaxSkew: c.Server.MaxSkew, EntitiesMax: int(c.Server.Limits.Entities), CellsMax: int(c.Server.Limits.Cells),
		},
	}
	var err error
	if opt.Offline, err = offlineStores()[c.Offline.Type](c); err != nil {
		return nil, err
	}
	if opt.Serving.CacheBytes, err = cacheBytes(c.Online.Options); err != nil {
		return nil, errs.Join(err, opt.Offline.Close())
	}
	if opt.Online, err = onlineStores()[c.Online.Type](c, opt); err != nil {
		return nil, errs.Join(err, opt.Offline.Close())
	}
	opt.Acknowledging = acknowledging(c, opt)
	if err := registries()[c.Registry.Type](ctx, c, opt); err != nil {
		return nil, errs.Join(err, opt.Offline.Close(), opt.Online.Close())
	}
	return opt, nil
}

type offlineOpener func(*config.Config) (offline.Driver, error)

// offlineStores returns what opens each type of offline store.
func offlineStores() map[string]offlineOpener {
	out := map[string]offlineOpener{"file": openFiles, "postgres": openPostgres, inMemory: func(*config.Config) (offline.Driver, error) { return memoffline.New(), nil }}
	maps.Copy(out, cgoStores())
	return out
}

func openFiles(c *config.Config) (offline.Driver, error) {
	return fileoffline.New(cmp.Or(c.Dir, "."), nil), nil
}

type registryOpener func(context.Context, *config.Config, *truepoint.Options) error

// registries returns what opens each type of registry, and the state that lies beside it.
func registries() map[string]registryOpener {
	return map[string]registryOpener{
		"sqlite": openSQLiteRegistry, "postgres": openPostgresRegistry, "s3": openObjectRegistry, "gcs": openObjectRegistry, "azure": openObjectRegistry,
	}
}

func openSQLiteRegistry(ctx context.Context, c *config.Config, opt *truepoint.Options) error {
	path, err := ownFile(c.Registry.Path, sqlitefile.Ours, opt)
	if err != nil {
		return err
	}
	db, err := sqlitefile.Open(ctx, path)
	if err != nil {
		return err
	}
	opt.Registry = sqliteregistry.New(db)
	opt.State = sqlitestate.New(db.Share())
	return nil
}

// ownFile returns path, or another one beside it when path holds a file that is not ours, and tells so.
func ownFile(path string, ours func(string) (bool, error), opt *truepoint.Options) (string, error) {
	mine, err := ours(path)
	switch {
	case err != nil:
		return "", errs.Wrap(err, errs.FailedPrecondition, "cannot read %s", path).WithHint("check the path and its permissions")
	case mine:
		return path, nil
	}
	opt.Warnings = append(opt.Warnings, foreign(path))
	return sqlitefile.Beside(path), nil
}

func foreign(path string) *errs.Error {
	return errs.New(errs.OK, "%s belongs to another program and stays as it is; %s is used instead", path, sqlitefile.Beside(path)).WithID("T0391")
}
