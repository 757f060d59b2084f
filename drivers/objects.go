package drivers

import (
	"context"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/registry/objectregistry"
	"github.com/truepoint/truepoint/state/objectstate"
)

// openObjectRegistry opens a registry in a bucket, with the state beside it. Both lie below PATH.truepoint, so that a
// registry that Feast keeps at the path stays as it is.
func openObjectRegistry(ctx context.Context, c *config.Config, opt *truepoint.Options) error {
	a, err := objectstore.Parse(string(c.Registry.URL))
	if err != nil {
		return err
	}
	store, err := objectstore.Open(ctx, a)
	if err != nil {
		return err
	}
	key := a.Key + ".truepoint"
	opt.Registry, opt.State = objectregistry.New(store, key), objectstate.New(store, key)
	return nil
}
