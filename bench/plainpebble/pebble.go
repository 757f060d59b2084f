// Package plainpebble is the yardstick of the benchmarks of the embedded store: Pebble alone, with the options with which it
// loaded rows fastest on this kind of machine.
package plainpebble

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
)

// batchRows is the size of a batch.
const batchRows = 1000

// Create opens a new store in dir, which is not there yet.
func Create(dir string) (*pebble.DB, error) {
	o := &pebble.Options{
		Cache: pebble.NewCache(64 << 20), MemTableSize: 64 << 20, L0CompactionThreshold: 8, FormatMajorVersion: pebble.FormatNewest,
		Logger: silence{}, CompactionConcurrencyRange: func() (int, int) { return 1, 2 }, ErrorIfExists: true,
	}
	defer o.Cache.Unref() // the store holds it
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
		o.Levels[i].BlockSize = 8 << 10
	}
	return pebble.Open(dir, o)
}

// Commit writes n rows in batches of 1,000 in the order of at, durable in the log at the end.
func Commit(db *pebble.DB, n int, at func(i int) (key, row []byte)) error {
	b := db.NewBatch()
	for i := range n {
		key, row := at(i)
		if err := b.Set(key, row, nil); err != nil {
			return err
		}
		if b.Count() < batchRows && i < n-1 {
			continue
		}
		if err := errors.Join(b.Commit(pebble.NoSync), b.Close()); err != nil {
			return err
		}
		b = db.NewBatch()
	}
	return errors.Join(b.Close(), db.LogData(nil, pebble.Sync))
}

type silence struct{}

func (silence) Infof(string, ...any)           {}
func (silence) Errorf(string, ...any)          {}
func (silence) Fatalf(format string, _ ...any) { panic(format) }
