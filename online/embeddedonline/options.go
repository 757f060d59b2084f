package embeddedonline

import "time"

// Options tunes a Store. The zero value of every member means its default.
type Options struct {
	// CacheBytes bounds the cache of blocks; it fills with use. Default 64 MiB.
	CacheBytes int64
	// Patience bounds the time that Open, and a call whose owner vanished, wait for another process that owns the
	// directory but does not answer: one that starts, or one that finishes its work. Default 15 s.
	Patience time.Duration
	// Grace bounds the time that Close waits for work that other processes handed over; what is cut off then is
	// repeated by them. Default 10 s.
	Grace time.Duration
	// Warn, if set, is told of failures in the background, such as a damaged file found by a compaction. Calls that
	// meet the damage fail by themselves. It may be called from any goroutine and must return at once.
	Warn func(error)
}

func (o *Options) withDefaults() *Options {
	d := Options{CacheBytes: 64 << 20, Patience: 15 * time.Second, Grace: 10 * time.Second}
	if o == nil {
		return &d
	}
	if o.CacheBytes > 0 {
		d.CacheBytes = o.CacheBytes
	}
	if o.Patience > 0 {
		d.Patience = o.Patience
	}
	if o.Grace > 0 {
		d.Grace = o.Grace
	}
	d.Warn = o.Warn
	return &d
}

func (o *Options) warn(err error) {
	if o.Warn != nil && err != nil {
		o.Warn(err)
	}
}
