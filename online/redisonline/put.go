package redisonline

import (
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/backoff"
	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/online"
)

// Bounds of one pipeline and of what the script does at once, while the server does nothing else.
const (
	partCells   = 1_000
	partBytes   = 1 << 20
	writersMax  = 3 // pipelines of one batch at once, so that the server works while others are made and read
	scriptCells = 50
	scriptBytes = 256 << 10
)

// fewCells is the size below which a batch is not expected to hold new keys: a push mostly updates.
const fewCells = 64

// Bounds of repetitions: some five seconds in all, which a failover takes.
const attemptsMax = 12

var waits = backoff.Backoff{First: 5 * time.Millisecond, Most: time.Second}

// PutBatch implements online.Driver. The counts are exact, unless a connection was lost and the cells on it were sent once
// more, or few cells were sent with those of a write that the server refused: then Superseded is Unknown. It holds one copy of
// a few pipelines beside the caller's cells.
//
// Few cells go with those of other calls that come at the time. New keys of many cost one plain command each, and only those
// that are there already are handed to the script; in a batch that meets mostly such keys all are.
func (d *Driver) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	return d.PutFor(ctx, table, cells, online.Keep{})
}

// PutFor implements online.Keeper.
func (d *Driver) PutFor(ctx context.Context, table string, cells []online.Cell, keep online.Keep) (online.PutResult, error) {
	var total online.PutResult
	if err := d.usable(ctx); err != nil {
		return total, err
	}
	if err := online.CheckCells(table, cells); err != nil || len(cells) == 0 {
		return total, err
	}
	d.told.Do(d.tellNoLog)
	if d.topology != Cluster && isFew(cells) { // in a Cluster a table's key and its cells lie on several servers
		total, err := d.putFew(ctx, table, cells, keep)
		return total, d.explained(ctx, err, "write")
	}
	w := d.writer(table, keep)
	w.known.Store(len(cells) < fewCells)
	write := func() (online.PutResult, error) { return w.batch(ctx, table, cells) }
	if !d.replicates {
		total, err := write()
		return total, d.explained(ctx, err, "write")
	}
	total, err := d.replicated(ctx, write)
	return total, d.explained(ctx, err, "write")
}

// tellNoLog warns a writer of servers that forget.
func (d *Driver) tellNoLog() {
	if len(d.noLog) > 0 {
		d.warn(errs.New(errs.OK, "Redis keeps no log of writes (appendonly no at %s): acknowledged rows are lost when it crashes", strings.Join(d.noLog, ", ")).WithID("T0654").
			WithHint("appendonly yes; after a loss, materialize again"))
	}
}

// split returns cells as parts of bounded number and bytes; one cell may be greater.
func split(cells []online.Cell, most, bytes int) [][]online.Cell {
	parts := make([][]online.Cell, 0, len(cells)/most+1)
	from, size := 0, 0
	for i := range cells {
		n := len(cells[i].Key) + len(cells[i].Row)
		if i > from && (i-from == most || size+n > bytes) {
			parts = append(parts, cells[from:i])
			from, size = i, 0
		}
		size += n
	}
	return append(parts, cells[from:])
}

// A writer writes the cells of one batch.
type writer struct {
	*Driver
	head  []byte      // of the table's cells
	known atomic.Bool // the keys are expected to be there
	lives [2]int64    // seconds for which rows and tombstones are kept, 0 for ever
	keep  [2]string   // the same as text
}

func (d *Driver) writer(table string, keep online.Keep) *writer {
	w := &writer{Driver: d, head: d.names.appendTable(nil, table)}
	if d.keyTTL > 0 && keep.Rows > d.keyTTL {
		if _, told := d.raised.LoadOrStore(table, true); !told {
			d.warn(errs.New(errs.OK, "key_ttl_seconds %d is shorter than what table %s needs, whose rows are kept for %d s", wholeSeconds(d.keyTTL), table, wholeSeconds(keep.Rows)).WithID("T0655").
				WithHint("a store's ttl collects garbage only: raise it to the greatest ttl of a view and one day, or take it out"))
		}
	}
	keep = keep.AtLeast(d.keyTTL)
	w.lives = [2]int64{wholeSeconds(keep.Rows), wholeSeconds(keep.Tombstones)}
	for i, n := range w.lives {
		w.keep[i] = strconv.FormatInt(n, 10)
	}
	return w
}

func wholeSeconds(d eventtime.Duration) int64 {
	n := int64(d / eventtime.Second)
	if d%eventtime.Second > 0 {
		n++
	}
	return n
}

// batch writes the cells of a table.
func (w *writer) batch(ctx context.Context, table string, cells []online.Cell) (total online.PutResult, err error) {
	if err := w.enter(ctx, table); err != nil {
		return total, err
	}
	parts := split(cells, partCells, partBytes)
	results := make([]online.PutResult, len(parts))
	err = parallel.Each(len(parts), writersMax, func(i int) (err error) {
		results[i], err = w.put(ctx, parts[i])
		return err
	})
	for _, r := range results {
		total.Add(r)
	}
	return total, err
}

// put writes one part, and again what was not executed, or may not have been, after a pause that grows.
func (w *writer) put(ctx context.Context, cells []online.Cell) (online.PutResult, error) {
	var total online.PutResult
	uncertain := false
	for n := 0; ; n++ {
		p := w.pipeline(cells)
		left, err := p.run(ctx)
		total.Add(p.result)
		if err == nil {
			break
		}
		if !w.again(ctx, n, err) {
			return total, err
		}
		uncertain, cells = uncertain || lost(err), left
	}
	if uncertain {
		total = online.PutResult{Written: total.Written + max(total.Superseded, 0), Superseded: online.Unknown}
	}
	return total, nil
}

// again reports whether an attempt that failed is worth repetition n+1, after a pause.
func (d *Driver) again(ctx context.Context, n int, err error) bool {
	return n < attemptsMax && d.Code(err) == errs.Unavailable && !d.closed.Load() && waits.Wait(ctx, n) == nil
}
