package drivers

import (
	"cmp"
	"context"
	"maps"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/online"
)

// Values of the key ack.
const (
	durable    = ingest.Durable
	replicated = ingest.Replicated
)

// Acknowledge makes the online store of c acknowledge writes as ack says, whatever its key ack says. Errors: InvalidArgument
// for a word that is none of its values, FailedPrecondition for replicated where the store has no replicas.
func Acknowledge(c *config.Config, ack string) error {
	switch {
	case ack != durable && ack != replicated:
		return errs.New(errs.InvalidArgument, "%q does not say when a write is acknowledged", ack).WithID("T1004").WithHint("write durable or replicated")
	case ack == durable || c.Online.Type == "redis" || c.Online.Type == "postgres":
		options := maps.Clone(c.Online.Options)
		if options == nil {
			options = config.Options{}
		}
		options["ack"] = ack
		c.Online.Options = options
		return nil
	case c.Online.Type == "dynamodb": // which acknowledges nothing else
		return nil
	}
	return errs.New(errs.FailedPrecondition, "an online store of type %s has no replicas that could acknowledge a write", c.Online.Type).WithID("T1005").
		WithHint("leave ack out, or use redis, postgres or dynamodb")
}

// acknowledging returns what opens the online store of c once more for writes that are acknowledged as it is told, at once
// and not on demand, so that a store which cannot do so is found before anything is written.
func acknowledging(c *config.Config, opt *truepoint.Options) func(context.Context, string) (online.Driver, error) {
	return func(ctx context.Context, ack string) (online.Driver, error) {
		other := *c
		if err := Acknowledge(&other, ack); err != nil {
			return nil, err
		}
		if cmp.Or(other.Online.Options["ack"], durable) == cmp.Or(c.Online.Options["ack"], durable) {
			return nil, nil
		}
		d, err := onlineStores()[c.Online.Type](&other, opt)
		if err != nil {
			return nil, err
		}
		if later, ok := d.(*onDemand); ok {
			_, err = later.get(ctx)
		}
		if err != nil {
			return nil, errs.Join(err, d.Close())
		}
		return d, nil
	}
}
