package redisonline

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/redis/rueidis"

	"github.com/truepoint/truepoint/errs"
)

// formatNow is the format that this release reads and writes.
const formatNow = 1

// unreached says why a client could not begin.
func (d *Driver) unreached(ctx context.Context, topology Topology, err error) error {
	text := err.Error()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case topology == Cluster && strings.Contains(text, "cluster support disabled"):
		return mismatch("the server is none of a Cluster").WithHint("write redis_type: redis")
	case topology == Cluster && strings.Contains(text, "unknown command"):
		return mismatch("the server is none of a Cluster").WithHint("write redis_type: redis, or redis_sentinel for the address of a sentinel")
	case topology == Sentinel && strings.Contains(text, "unknown command"):
		return mismatch("the server is no sentinel").WithHint("name the sentinels in connection_string, or write redis_type: redis")
	case topology == Sentinel && (rueidis.IsRedisNil(err) || strings.Contains(text, "No such master")):
		return errs.Wrap(err, errs.FailedPrecondition, "the sentinels know no such primary").WithID("T0651").WithHint("check sentinel_master against SENTINEL MASTERS")
	}
	err = d.explained(ctx, err, "open the online store")
	var e *errs.Error
	if errors.As(err, &e) && e.Code == errs.Unknown {
		e.Code = errs.Unavailable
		e.WithHint("check connection_string, and ssl=true where the server wants TLS")
	}
	return err
}

func mismatch(format string, args ...any) *errs.Error {
	return errs.New(errs.FailedPrecondition, format, args...).WithID("T0651")
}

// check looks at the servers, at what lies under the keys of this store, and at the right to read it.
func (d *Driver) check(ctx context.Context) error {
	err := d.primaries(ctx, func(c rueidis.Client, address string) error {
		text, err := c.Do(ctx, c.B().Info().Build().ToPipe()).ToString()
		if firstWord(err) == "NOPERM" {
			d.warn(errs.New(errs.OK, "the user may not look at the settings of Redis, so that they are not checked").WithID("T0654").WithHint("ACL SETUSER name +info"))
			return nil
		}
		if err != nil {
			return d.explained(ctx, err, "open the online store")
		}
		return d.judge(facts(text), address)
	})
	if err != nil {
		return err
	}
	return d.explained(ctx, d.checkFormat(ctx), "open the online store")
}

// facts reads the answer to INFO.
func facts(text string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			out[name] = value
		}
	}
	return out
}

// modes are the topologies by the name that a server gives its mode.
var modes = map[string]Topology{"cluster": Cluster, "standalone": Single, "sentinel": Sentinel}

// judge refuses a server that would lose rows or stands together with others in another way than is said, and tells what
// is risky.
func (d *Driver) judge(f map[string]string, address string) error {
	expected := "standalone"
	if d.topology == Cluster {
		expected = "cluster"
	}
	if mode := f["redis_mode"]; mode != expected && modes[mode] != "" {
		return mismatch("%s is a server of mode %s", address, mode).WithHint("write redis_type: %s", modes[mode])
	}
	if f["role"] == "slave" {
		return mismatch("%s is a replica, which takes no writes", address).WithHint("name the primary, or use redis_type: redis_sentinel or redis_cluster")
	}
	policy, bounded := f["maxmemory_policy"], f["maxmemory"] != "" && f["maxmemory"] != "0"
	evicts := strings.HasPrefix(policy, "allkeys-") || strings.HasPrefix(policy, "volatile-") && d.keyTTL > 0
	const noeviction = "redis-cli CONFIG SET maxmemory-policy noeviction, and in the server's configuration"
	switch {
	case evicts && bounded && strings.HasPrefix(policy, "allkeys-"):
		return mismatch("%s drops rows that are still wanted when its memory is full (maxmemory-policy %s): they would be served as not found", address, policy).WithHint(noeviction)
	case evicts && bounded:
		d.warn(errs.New(errs.OK, "%s drops rows before their time when its memory is full (maxmemory-policy %s, with key_ttl_seconds)", address, policy).WithID("T0654").WithHint(noeviction))
	case evicts:
		d.warn(errs.New(errs.OK, "%s would drop rows if it had a maxmemory (maxmemory-policy %s)", address, policy).WithID("T0654").WithHint(noeviction))
	}
	if f["aof_enabled"] == "0" {
		d.noLog = append(d.noLog, address)
	}
	return nil
}

// checkFormat reads the format of what is there, and the list of tables.
func (d *Driver) checkFormat(ctx context.Context) error {
	text, err := d.client.Do(ctx, d.client.B().Get().Key(d.names.format).Build().ToPipe()).ToString()
	if err != nil && !rueidis.IsRedisNil(err) {
		return err
	}
	if _, err := d.Tables(ctx); err != nil { // of another type where it is somebody else's
		return err
	}
	n, err := strconv.Atoi(text)
	switch {
	case text == "" || n == formatNow:
		return nil
	case err != nil || n < formatNow:
		return mismatch("key %q holds no format of an online store", d.names.format).WithHint(foreign)
	}
	return mismatch("the online store has format %d, and this release reads up to %d", n, formatNow).WithHint("use the release that wrote it, or a newer one")
}
