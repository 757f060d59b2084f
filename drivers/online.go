package drivers

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/embeddedonline"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/online/sqliteonline"
)

type onlineOpener func(*config.Config, *truepoint.Options) (online.Driver, error)

// onlineStores returns what opens each type of online store.
func onlineStores() map[string]onlineOpener {
	return map[string]onlineOpener{
		"embedded": openEmbedded,
		"sqlite":   openSQLite,
		"redis":    openRedis,
		"postgres": openPostgresOnline,
		"dynamodb": openDynamoDB,
		inMemory:   func(*config.Config, *truepoint.Options) (online.Driver, error) { return memonline.New(), nil },
	}
}

func openEmbedded(c *config.Config, opt *truepoint.Options) (online.Driver, error) {
	blocks := opt.Serving.CacheBytes / 4 // for Pebble, on Go's heap
	opt.Serving.CacheBytes -= blocks
	path, err := ownFile(c.Online.Path, embeddedonline.Ours, opt)
	if err != nil {
		return nil, err
	}
	return &onDemand{open: func(ctx context.Context) (online.Driver, error) {
		return embeddedonline.Open(ctx, path, &embeddedonline.Options{CacheBytes: blocks})
	}}, nil
}

func openSQLite(c *config.Config, opt *truepoint.Options) (online.Driver, error) {
	path, err := ownFile(c.Online.Path, sqliteonline.Ours, opt)
	if err != nil {
		return nil, err
	}
	return &onDemand{open: func(ctx context.Context) (online.Driver, error) { return sqliteonline.Open(ctx, path) }}, nil
}

// cacheBytes returns the setting of that name, 0 for the default. A store that keeps rows in memory too takes its part of it.
func cacheBytes(o config.Options) (int64, error) {
	text, ok := o["cache_bytes"]
	if !ok {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, errs.Wrap(err, errs.InvalidArgument, "online_store: cache_bytes is no number")
	}
	return n, nil
}

// An onDemand opens its driver on the first call that needs it, so that commands which touch no online row neither wait
// for the store nor take it from another process. A failure to open is that call's failure, and the next one tries
// again.
type onDemand struct {
	open    func(context.Context) (online.Driver, error)
	distant bool // the driver is online.Distant

	mu     sync.Mutex
	driver online.Driver
	closed bool

	opened atomic.Value // driver, for those who must not wait
}

func (o *onDemand) get(ctx context.Context) (online.Driver, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		return nil, errs.New(errs.FailedPrecondition, "the online store is closed")
	case o.driver != nil:
		return o.driver, nil
	}
	d, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	o.driver = d
	o.opened.Store(d)
	return d, nil
}

// GetBatch implements online.Driver.
func (o *onDemand) GetBatch(ctx context.Context, items []online.TableKeys) error {
	d, err := o.get(ctx)
	if err != nil {
		return err
	}
	return o.coded(d, d.GetBatch(ctx, items))
}

// PutBatch implements online.Driver.
func (o *onDemand) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	d, err := o.get(ctx)
	if err != nil {
		return online.PutResult{}, err
	}
	r, err := d.PutBatch(ctx, table, cells)
	return r, o.coded(d, err)
}

// Distant implements online.Distant.
func (o *onDemand) Distant() bool { return o.distant }

// Scan implements online.Driver.
func (o *onDemand) Scan(ctx context.Context, table string, yield func(online.Cell) bool) error {
	d, err := o.get(ctx)
	if err != nil {
		return err
	}
	return o.coded(d, d.Scan(ctx, table, yield))
}

// Tables implements online.Driver.
func (o *onDemand) Tables(ctx context.Context) ([]string, error) {
	d, err := o.get(ctx)
	if err != nil {
		return nil, err
	}
	names, err := d.Tables(ctx)
	return names, o.coded(d, err)
}

// Drop implements online.Driver.
func (o *onDemand) Drop(ctx context.Context, table string) error {
	d, err := o.get(ctx)
	if err != nil {
		return err
	}
	return o.coded(d, d.Drop(ctx, table))
}

// coded gives a raw error of d its code, because Code is asked without knowing whether d was opened.
func (o *onDemand) coded(d online.Driver, err error) error {
	var e *errs.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = d.Code(err)
	}
	return errs.Wrap(err, code, "the online store")
}

// Code implements online.Driver; errors of the driver behind it carry their codes already.
func (o *onDemand) Code(err error) errs.Code { return errs.CodeOf(err) }

// Close closes the driver if it was opened.
func (o *onDemand) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	if o.driver == nil {
		return nil
	}
	d := o.driver
	o.driver = nil
	return o.coded(d, d.Close())
}
