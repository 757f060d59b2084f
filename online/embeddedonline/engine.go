package embeddedonline

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

// Sizes of Pebble, chosen for a small idle process: memory grows with use up to cache + two or three memtables.
const (
	memTableBytes = 16 << 20
	blockBytes    = 8 << 10
)

// An engine is the store of the process that owns the directory. Every key in Pebble starts with four bytes: 0 for the
// directory of tables (catalog.go), else the number of a table, which is never used again.
type engine struct {
	db      *pebble.DB
	writer  sstable.WriterOptions
	dir     string        // of the store
	scratch string        // directory of sorted tables in the making
	serial  atomic.Uint64 // numbers the files there
	gate    gate
	stamps  *online.Stamps
	failed  atomic.Pointer[error] // a write that Pebble could not finish; then writes are refused

	mu     sync.RWMutex // held shared while cells are written, alone while tables are made and dropped
	tables map[string]uint32
	next   uint32
}

func pebbleOptions(opt *Options, cache *pebble.Cache) *pebble.Options {
	o := &pebble.Options{
		FS:                 vfs.Default, // without Pebble's watch for slow disks, which outlives a failed Open
		Cache:              cache,
		MemTableSize:       memTableBytes,
		FormatMajorVersion: pebbleFormat,
		Merger:             newMerger(),
		Logger:             silence{},
		EventListener: &pebble.EventListener{
			BackgroundError: func(err error) { opt.warn(err) },
			DataCorruption:  func(i pebble.DataCorruptionInfo) { opt.warn(i.Details) },
		},
		CompactionConcurrencyRange: func() (int, int) { return 1, 2 },
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
		o.Levels[i].BlockSize = blockBytes
		o.Levels[i].Compression = compression
	}
	return o
}

// silence is Pebble's logger. Fatalf must not return: where it is called from a write, guard turns the panic into an
// error; elsewhere Pebble cannot go on, and the process ends with everything acknowledged on disk.
type silence struct{}

type fatal struct{ text string }

func (silence) Infof(string, ...any)           {}
func (silence) Errorf(string, ...any)          {}
func (silence) Fatalf(format string, a ...any) { panic(fatal{fmt.Sprintf(format, a...)}) }

// openEngine opens or makes the Pebble store of dir. The caller holds the lock.
func openEngine(dir string, opt *Options) (*engine, error) {
	if err := breakSeal(dir); err != nil {
		return nil, err
	}
	scratch := filepath.Join(dir, ingestDir)
	if err := os.RemoveAll(scratch); err != nil {
		return nil, err
	}
	if err := os.Mkdir(scratch, 0o700); err != nil {
		return nil, err
	}
	cache := pebble.NewCache(opt.CacheBytes)
	defer cache.Unref()
	if err := adoptFormat(dir); err != nil {
		return nil, err
	}
	db, err := openPebble(filepath.Join(dir, pebbleDir), pebbleOptions(opt, cache))
	if err != nil {
		return nil, err
	}
	e := &engine{db: db, dir: dir, scratch: scratch, stamps: online.NewStamps(), writer: writerOptions(pebbleOptions(opt, nil), db)}
	if err := e.loadCatalog(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return e, nil
}

func openPebble(dir string, o *pebble.Options) (db *pebble.DB, err error) {
	defer func() {
		if f, ok := recover().(fatal); ok {
			err = errors.New(f.text)
		}
	}()
	return pebble.Open(dir, o)
}

// guard runs a write. A failure that Pebble calls fatal leaves its log in doubt: the write is not acknowledged, and
// later ones are refused until the store is opened again. Reads go on.
func (e *engine) guard(write func() error) (err error) {
	if p := e.failed.Load(); p != nil {
		return *p
	}
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		f, ok := r.(fatal)
		if !ok {
			panic(r)
		}
		err = errs.New(errs.Unavailable, "the online store takes no more writes: %s", f.text).WithID("T0605").
			WithHint("make room on the disk or repair it, then start this process again")
		e.failed.CompareAndSwap(nil, &err)
	}()
	return write()
}

// GetBatch implements backend.
func (e *engine) GetBatch(ctx context.Context, items []online.TableKeys) error {
	if err := e.gate.enter(ctx); err != nil {
		return err
	}
	defer e.gate.leave()
	var key []byte
	for _, item := range items {
		id, ok := e.table(item.Table)
		for i, k := range item.Keys {
			item.Rows[i] = nil
			if !ok {
				continue
			}
			if i&255 == 255 && ctx.Err() != nil {
				return ctx.Err()
			}
			key = append(binary.BigEndian.AppendUint32(key[:0], id), k...)
			row, err := e.get(key)
			if err != nil {
				return err
			}
			item.Rows[i] = row
		}
	}
	return ctx.Err()
}

// get returns a copy of the row of a key, nil if there is none.
func (e *engine) get(key []byte) ([]byte, error) {
	row, closer, err := e.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, len(row)), row...)
	return out, closer.Close()
}

// PutBatch implements backend. What the cells are was checked by the Store in whose process they were made, or by the
// owner who received them.
func (e *engine) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	if err := e.gate.enter(ctx); err != nil {
		return online.PutResult{}, err
	}
	defer e.gate.leave()
	if len(cells) == 0 {
		return online.PutResult{}, nil
	}
	err := e.guard(func() error {
		id, err := e.pin(table)
		if err != nil {
			return err
		}
		defer e.mu.RUnlock()
		if len(cells) >= ingestCellsMin {
			return e.ingest(ctx, id, cells)
		}
		return e.merge(ctx, id, cells)
	})
	if err != nil {
		return online.PutResult{}, err
	}
	return online.PutResult{Written: int64(len(cells)), Superseded: online.Unknown}, nil
}

// logBytesMax bounds one batch of Pebble, which is written to its log in one piece.
const logBytesMax = 4 << 20

// merge writes cells through the log. The last commit is synced, which makes those before it durable too.
func (e *engine) merge(ctx context.Context, id uint32, cells []online.Cell) error {
	b := e.db.NewBatch()
	defer func() { b.Close() }()
	e.stamps.Begin(cells)
	defer e.stamps.End(cells)
	var key []byte
	for i, c := range cells {
		if b.Len() > logBytesMax {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := b.Commit(pebble.NoSync); err != nil {
				return err
			}
			b.Close()
			b = e.db.NewBatch()
		}
		key = append(binary.BigEndian.AppendUint32(key[:0], id), c.Key...)
		if err := b.Merge(key, cells[i].Row, nil); err != nil {
			return err
		}
	}
	return b.Commit(pebble.Sync)
}

// scan implements backend. It shows the cells of one moment.
func (e *engine) scan(ctx context.Context, table string, after []byte, yield func(online.Cell) bool) (err error) {
	if err := e.gate.enter(ctx); err != nil {
		return err
	}
	defer e.gate.leave()
	id, ok := e.table(table)
	if !ok {
		return nil
	}
	lower, upper := span(id)
	if after != nil {
		lower = append(append(lower, after...), 0)
	}
	it, err := e.db.NewIterWithContext(ctx, &pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for it.First(); it.Valid(); it.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		row, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		if !yield(online.Cell{Key: it.Key()[4:], Row: row}) {
			return nil
		}
	}
	return it.Error()
}

// Tables implements backend.
func (e *engine) Tables(ctx context.Context) ([]string, error) {
	if err := e.gate.enter(ctx); err != nil {
		return nil, err
	}
	defer e.gate.leave()
	e.mu.RLock()
	defer e.mu.RUnlock()
	var names []string
	for name, id := range e.tables {
		full, err := e.holdsCells(id)
		if err != nil {
			return nil, err
		}
		if full {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, ctx.Err()
}

// Drop implements backend.
func (e *engine) Drop(ctx context.Context, table string) error {
	if err := e.gate.enter(ctx); err != nil {
		return err
	}
	defer e.gate.leave()
	return e.guard(func() error { return e.dropTable(table) })
}

// Close waits for the calls that run, refuses later ones, leaves an empty log behind and seals the directory. After a
// write that failed for good there is neither: the next Open recovers what is on the disk.
func (e *engine) Close() error {
	if !e.gate.close() {
		return nil
	}
	err := e.guard(e.db.Flush)
	if err = errors.Join(err, e.db.Close()); err != nil {
		return err
	}
	return seal(e.dir)
}
