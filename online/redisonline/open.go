package redisonline

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/socket"
	"github.com/truepoint/truepoint/internal/together"
	"github.com/truepoint/truepoint/online"
)

// A Driver is an online.Driver on Redis. It is safe for concurrent use, also beside drivers of other processes.
type Driver struct {
	client   rueidis.Client
	topology Topology
	names    names
	keyTTL   eventtime.Duration
	warn     func(*errs.Error)
	raised   sync.Map  // tables whose cells are kept longer than KeyTTL says, once that was told
	noLog    []string  // servers that keep no log of writes, found when opening
	told     sync.Once // that to whoever writes

	replicates  bool // writes wait for a replica
	replication replication
	crowd       together.Line[*few, struct{}]
	writing     sync.WaitGroup // the crowd
	lanes       *lanes         // of a single server; nil with others
	alone       int32          // readings at once that have a connection each
	reading     atomic.Int32   // readings under way

	closed atomic.Bool
	close  sync.Mutex // held while closed changes
}

var (
	_ online.Driver  = (*Driver)(nil)
	_ online.Keeper  = (*Driver)(nil)
	_ online.Distant = (*Driver)(nil)
)

// Distant implements online.Distant.
func (*Driver) Distant() bool { return true }

// Defaults of an Address and of Options.
const (
	prefixDefault      = "tp"
	masterDefault      = "mymaster"
	dialTimeoutDefault = 2 * time.Second
	timeoutDefault     = 10 * time.Second
)

// Open connects to the servers at a and checks them. It writes nothing.
//
// Errors: InvalidArgument for an address that cannot be, Unavailable if no server can be reached, Unauthenticated and
// PermissionDenied for a user who is not known or may not read, FailedPrecondition for servers that stand together in another
// way than a says or that drop rows when memory is short, and for keys of a newer release or of somebody else.
func Open(ctx context.Context, a *Address, opt *Options) (*Driver, error) {
	var o Options
	if opt != nil {
		o = *opt
	}
	if o.Warn == nil {
		o.Warn = func(*errs.Error) {}
	}
	topology := cmp.Or(a.Topology, Single)
	if topology == Cluster && a.DB != 0 {
		return nil, errs.New(errs.InvalidArgument, "connection_string: a Redis Cluster has database 0 alone, and %d is asked for", a.DB).WithID("T0650").WithHint("take db= out; key_prefix keeps stores apart")
	}
	d := &Driver{topology: topology, names: newNames(cmp.Or(o.Prefix, prefixDefault)), keyTTL: o.KeyTTL, warn: o.Warn, replicates: o.Replicated, alone: int32(2 * runtime.GOMAXPROCS(0))}
	d.crowd.Running, d.crowd.Most = &d.writing, partBytes
	d.crowd.Size = func(f *few) int { return f.bytes }
	d.crowd.Work = func(ctx context.Context, all []*few) (struct{}, error) { return struct{}{}, d.putAll(ctx, all) }
	secure, err := a.tls()
	if err != nil {
		return nil, err
	}
	settings := clientOptions(a, secure, &o)
	if d.client, err = rueidis.NewClient(settings); err != nil {
		return nil, d.unreached(ctx, topology, err)
	}
	if topology == Cluster && d.client.Mode() != rueidis.ClientModeCluster {
		err = mismatch("the server is none of a Cluster").WithHint("write redis_type: %s", Single)
	} else {
		err = d.check(ctx)
	}
	if err != nil {
		d.client.Close()
		return nil, err
	}
	if topology == Single {
		d.lanes = newLanes(&settings, &d.names)
	}
	return d, nil
}

// clientOptions returns how the client is to work: without a cache of its own, because a row is judged by its times at each
// request; on connections that are shared only by commands that say so (ToPipe); and with few repetitions of what was read in
// vain.
func clientOptions(a *Address, secure *tls.Config, o *Options) rueidis.ClientOption {
	out := rueidis.ClientOption{
		InitAddress: a.Hosts, Username: a.Username, Password: a.Password, SelectDB: a.DB, TLSConfig: secure, ClientName: "truepoint",
		DisableCache: true, DisableAutoPipelining: true, ConnWriteTimeout: cmp.Or(a.Timeout, timeoutDefault), RetryDelay: readAgain,
		Dialer: net.Dialer{Timeout: cmp.Or(a.DialTimeout, dialTimeoutDefault)},
	}
	if len(out.InitAddress) == 0 {
		out.InitAddress = []string{net.JoinHostPort("localhost", redisPort)}
	}
	switch a.Topology {
	case Cluster:
		out.ClusterOption = rueidis.ClusterOption{ShardsRefreshInterval: 10 * time.Second, MaxMovedRedirections: 16}
	case Sentinel:
		out.Sentinel = rueidis.SentinelOption{
			MasterSet: cmp.Or(a.Master, masterDefault), Username: a.SentinelUsername, Password: a.SentinelPassword, ClientName: "truepoint",
			Dialer: out.Dialer, TLSConfig: secure, TopologyRefreshInterval: 5 * time.Second,
		}
	default:
		out.ForceSingleClient = true
	}
	out.DialCtxFn = func(ctx context.Context, address string, d *net.Dialer, secure *tls.Config) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, d.Timeout)
		defer cancel()
		dial := o.Dial
		if dial == nil {
			dial = func(ctx context.Context, address string) (net.Conn, error) { return d.DialContext(ctx, "tcp", address) }
		}
		return connect(ctx, address, dial, secure)
	}
	return out
}

// connect connects with a server; its certificate has to be of the host of the address unless secure names another.
func connect(ctx context.Context, address string, dial func(context.Context, string) (net.Conn, error), secure *tls.Config) (net.Conn, error) {
	conn, err := dial(ctx, address)
	if err != nil {
		return nil, err
	}
	conn = socket.Quiet(conn)
	if secure == nil {
		return conn, nil
	}
	if secure.ServerName == "" {
		secure = secure.Clone()
		secure.ServerName, _, _ = net.SplitHostPort(address)
	}
	over := tls.Client(conn, secure)
	if err := over.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return over, nil
}

// readAgain tells how long to wait before what was read in vain is read again: a few times, and the caller decides then.
func readAgain(attempts int, _ rueidis.Completed, _ error) time.Duration {
	const most = 4
	if attempts > most {
		return -1
	}
	return 5 * time.Millisecond << attempts
}

// usable returns why nothing can be asked now.
func (d *Driver) usable(ctx context.Context) error {
	if d.closed.Load() {
		return errClosed()
	}
	return ctx.Err()
}

func errClosed() error {
	return errs.New(errs.FailedPrecondition, "the online store in Redis is closed")
}

// Close implements online.Driver. Calls under way fail; a second Close does nothing.
func (d *Driver) Close() error {
	d.close.Lock()
	again := d.closed.Swap(true)
	d.close.Unlock()
	if again {
		return nil
	}
	d.client.Close()
	if d.lanes != nil {
		d.lanes.close()
	}
	d.writing.Wait()
	return nil
}
