package embeddedonline

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/sstable"
	"golang.org/x/sync/errgroup"

	"github.com/truepoint/truepoint/online"
)

const (
	// ingestCellsMin is the number of cells from which on sorted tables beat the log.
	ingestCellsMin = 50_000
	// ingestWorkers build tables at the same time.
	ingestWorkers = 2
	// tableCellsMax bounds the cells of one sorted table.
	tableCellsMax = 250_000
)

// ingest writes cells, which are in order, as sorted tables of merge records and hands these to Pebble, which makes
// files and directory durable before it returns. Old and new rows meet in the merger, whichever lies on top.
func (e *engine) ingest(ctx context.Context, id uint32, cells []online.Cell) error {
	parts := max(ingestWorkers, (len(cells)+tableCellsMax-1)/tableCellsMax)
	call := e.serial.Add(1)
	paths := make([]string, parts)
	for i := range paths {
		paths[i] = filepath.Join(e.scratch, fmt.Sprintf("%d-%d.sst", call, i))
	}
	defer func() {
		for _, p := range paths { // gone already where Pebble took them
			os.Remove(p)
		}
	}()
	group, building := errgroup.WithContext(ctx)
	group.SetLimit(ingestWorkers)
	for i, p := range paths {
		part := cells[i*len(cells)/parts : (i+1)*len(cells)/parts]
		group.Go(func() error { return e.build(building, p, id, part) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	e.stamps.Begin(cells) // not before: building takes long, and nothing is visible yet
	defer e.stamps.End(cells)
	return e.db.Ingest(ctx, paths)
}

// build writes one sorted table.
func (e *engine) build(ctx context.Context, path string, id uint32, cells []online.Cell) error {
	file, err := createTable(path)
	if err != nil {
		return err
	}
	w := sstable.NewWriter(file, e.writer)
	var key []byte
	for i, c := range cells {
		if i&1023 == 0 && ctx.Err() != nil {
			return errors.Join(ctx.Err(), w.Close())
		}
		key = append(binary.BigEndian.AppendUint32(key[:0], id), c.Key...)
		if err := w.Merge(key, c.Row); err != nil {
			return errors.Join(err, w.Close())
		}
	}
	return w.Close()
}

// writerOptions returns the form of sorted tables that db takes at its bottom level.
func writerOptions(o *pebble.Options, db *pebble.DB) sstable.WriterOptions {
	o.EnsureDefaults()
	return o.MakeWriterOptions(len(o.Levels)-1, db.TableFormat())
}
