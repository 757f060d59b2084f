package drivers

import (
	"maps"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
)

// Values of the key ack: a write is acknowledged once it survives a crash of the store, or also the loss of its primary.
const (
	durable    = "durable"
	replicated = "replicated"
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
