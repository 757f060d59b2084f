package drivers

import (
	"cmp"
	"context"
	"errors"
	"strconv"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/redisonline"
)

// openRedis opens an online store in Redis. Its keys begin with key_prefix, so that those that Feast keeps there stay as they
// are.
func openRedis(c *config.Config, opt *truepoint.Options) (online.Driver, error) {
	o := c.Online.Options
	a, err := redisAddress(o)
	if err != nil {
		return nil, err
	}
	ttl, err := strconv.ParseInt(cmp.Or(o["key_ttl_seconds"], "0"), 10, 64)
	if err != nil {
		return nil, errs.Wrap(err, errs.InvalidArgument, "online_store: key_ttl_seconds is no number")
	}
	options := &redisonline.Options{Prefix: o["key_prefix"], KeyTTL: eventtime.Duration(ttl) * eventtime.Second, Replicated: o["ack"] == replicated, Warn: opt.Tell}
	return &onDemand{distant: true, open: func(ctx context.Context) (online.Driver, error) { return redisonline.Open(ctx, a, options) }}, nil
}

// checkRedis returns the fault of an online store in Redis that its settings alone show.
func checkRedis(c *config.Config) *errs.Error {
	o := c.Online.Options
	if c.Online.Type != "redis" {
		return nil
	}
	_, err := redisAddress(o)
	var e *errs.Error
	if errors.As(err, &e) {
		return e.At(c.Online.Pos)
	}
	return nil
}

// redisAddress reads Feast's connection_string and our keys beside it, which win.
func redisAddress(o config.Options) (*redisonline.Address, error) {
	more := map[string]string{}
	for _, name := range []string{"username", "password", "db", "ssl", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile"} {
		if v, ok := o[name]; ok {
			more[name] = v
		}
	}
	a, err := redisonline.Parse(redisonline.Topology(o["redis_type"]), o["connection_string"], more)
	if err != nil {
		return nil, err
	}
	a.Master, a.SentinelUsername, a.SentinelPassword = o["sentinel_master"], o["sentinel_username"], o["sentinel_password"]
	return a, nil
}

// PutFor implements online.Keeper as far as the driver does.
func (o *onDemand) PutFor(ctx context.Context, table string, cells []online.Cell, keep online.Keep) (online.PutResult, error) {
	d, err := o.get(ctx)
	if err != nil {
		return online.PutResult{}, err
	}
	r, err := online.PutFor(ctx, d, table, cells, keep)
	return r, o.coded(d, err)
}
