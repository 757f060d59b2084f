package main

import (
	"errors"
	"os"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/online"
)

// rawOptions are those with which raw Pebble loaded sorted rows fastest on this kind of machine.
func rawOptions() *pebble.Options {
	o := &pebble.Options{
		MemTableSize: 64 << 20, L0CompactionThreshold: 8, FormatMajorVersion: pebble.FormatNewest, Logger: silence{},
		CompactionConcurrencyRange: func() (int, int) { return 1, 2 },
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
		o.Levels[i].BlockSize = 8 << 10
	}
	return o
}

type silence struct{}

func (silence) Infof(string, ...any)           {}
func (silence) Errorf(string, ...any)          {}
func (silence) Fatalf(format string, _ ...any) { panic(format) }

// loadRaw writes cells to a new Pebble store in batches, durable in its log at the end.
func loadRaw(dir string, cells []online.Cell) (c measure.Cost, err error) {
	if err := os.RemoveAll(dir); err != nil {
		return c, err
	}
	o := rawOptions()
	o.Cache = pebble.NewCache(64 << 20)
	defer o.Cache.Unref()
	db, err := pebble.Open(dir, o)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	c, err = measure.Of(func() error { return commitAll(db, cells) })
	c.Peak = 0
	return c, err
}

func commitAll(db *pebble.DB, cells []online.Cell) error {
	b := db.NewBatch()
	for i, c := range cells {
		if err := b.Set(c.Key, c.Row, nil); err != nil {
			return err
		}
		if b.Count() == 1000 || i == len(cells)-1 {
			if err := b.Commit(pebble.NoSync); err != nil {
				return err
			}
			if err := b.Close(); err != nil {
				return err
			}
			b = db.NewBatch()
		}
	}
	return errors.Join(b.Close(), db.LogData(nil, pebble.Sync))
}
