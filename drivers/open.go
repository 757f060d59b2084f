package drivers

import (
	"context"

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
// Errors: Unimplemented, with a hint, for a store that this binary is not linked with; those of opening the files.
func Open(ctx context.Context, c *config.Config, clock eventtime.Clock) (*truepoint.Options, error) {
	opt := &truepoint.Options{
		Project: c.Project, Clock: clock, Holder: process.Name(), Gone: process.Dead,
		Serving: serving.Options{
			MaxSkew: c.Server.MaxSkew, EntitiesMax: int(c.Server.Limits.Entities), CellsMax: int(c.Server.Limits.Cells),
		},
	}
	var err error
	if opt.Offline, err = openOffline(c); err != nil {
		return nil, err
	}
	if opt.Online, err = openOnline(c, opt); err != nil {
		return nil, err
	}
	if err := openRegistry(ctx, c, opt); err != nil {
		return nil, errs.Join(err, opt.Offline.Close(), opt.Online.Close())
	}
	return opt, nil
}

func openOffline(c *config.Config) (offline.Driver, error) {
	switch c.Offline.Type {
	case "file":
		root := c.Dir
		if root == "" {
			root = "."
		}
		return fileoffline.New(root, nil), nil
	case "memory":
		return memoffline.New(), nil
	}
	return nil, notLinked("offline store", c.Offline.Type, "offline_store: {type: file}, with sources: to replace tables by files")
}

func openRegistry(ctx context.Context, c *config.Config, opt *truepoint.Options) error {
	if c.Registry.Type != "sqlite" {
		return notLinked("registry", c.Registry.Type, "registry: data/registry.db")
	}
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

// notLinked is the error of a store that configuration knows and this binary does not have.
func notLinked(what, kind, instead string) error {
	if kind == "none" {
		return errs.New(errs.FailedPrecondition, "the configuration has no %s", what).WithID("T0390").WithHint("use %s", instead)
	}
	return errs.New(errs.Unimplemented, "the %s %q is not part of this release", what, kind).WithID("T0390").WithHint("use %s", instead)
}
