package embeddedonline

import (
	"bufio"
	"errors"

	"github.com/cockroachdb/pebble/v2/objstorage"
	"github.com/cockroachdb/pebble/v2/sstable/block"
	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	// tableWriteBytes are handed to the file at once: file systems take a few large writes much faster than many small ones.
	tableWriteBytes = 256 << 10
	// tableSyncBytes are written between two hints to the disk, which so works while the rest of a table is built.
	tableSyncBytes = 1 << 20
)

// compression is the one that Pebble takes to be the fastest on this machine, MinLZ or Snappy, for rows that it makes smaller by
// an eighth, and none for others, such as those full of floats, apart from a sample. Tables tell how each of their blocks is
// compressed.
func compression() *block.CompressionProfile {
	return &block.CompressionProfile{
		Name:       "FastestOrNone",
		DataBlocks: block.FastestCompression.DataBlocks, ValueBlocks: block.FastestCompression.ValueBlocks, OtherBlocks: block.NoCompression.OtherBlocks,
		MinReductionPercent: 12, AdaptiveReductionCutoffPercent: 12,
	}
}

// A newTable is the file of a sorted table in the making.
type newTable struct {
	file vfs.File
	buf  *bufio.Writer
}

var _ objstorage.Writable = (*newTable)(nil)

func createTable(path string) (*newTable, error) {
	f, err := vfs.Default.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return nil, err
	}
	f = vfs.NewSyncingFile(f, vfs.SyncingFileOptions{BytesPerSync: tableSyncBytes})
	return &newTable{f, bufio.NewWriterSize(f, tableWriteBytes)}, nil
}

// Write implements objstorage.Writable.
func (t *newTable) Write(p []byte) error {
	_, err := t.buf.Write(p)
	return err
}

// Finish makes the table durable and closes it.
func (t *newTable) Finish() error {
	if err := t.buf.Flush(); err != nil {
		return errors.Join(err, t.file.Close())
	}
	return errors.Join(t.file.Sync(), t.file.Close())
}

// Abort closes the file, whatever it holds.
func (t *newTable) Abort() { _ = t.file.Close() }
