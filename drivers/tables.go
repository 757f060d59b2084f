package drivers

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// ReadTable is offline.ReadTable, also for an object of a bucket: s3://, gs:// or azblob://.
func ReadTable(ctx context.Context, path string, opt *offline.TableOptions) (b *value.Batch, err error) {
	t, err := OpenTable(ctx, path, opt)
	if err != nil {
		return nil, err
	}
	defer func() { err = errs.Join(err, t.Close()) }()
	return t.ReadAll(ctx)
}

// OpenTable is offline.OpenTable, also for an object of a bucket.
func OpenTable(ctx context.Context, path string, opt *offline.TableOptions) (*offline.TableFile, error) {
	if !objectstore.Is(path) {
		return offline.OpenTable(ctx, path, opt)
	}
	store, key, err := bucket(ctx, path)
	if err != nil {
		return nil, err
	}
	o, err := store.Object(ctx, key)
	if err != nil {
		return nil, err
	}
	return offline.OpenTableFrom(ctx, o, opt)
}

// CreateTable is offline.Create, also for an object of a bucket, which appears whole or not at all.
func CreateTable(ctx context.Context, path string, fields []value.Field) (*offline.TableWriter, error) {
	if !objectstore.Is(path) {
		return offline.Create(path, fields)
	}
	store, key, err := bucket(ctx, path)
	if err != nil {
		return nil, err
	}
	return offline.CreateAt(store.Name(key), store.Create(ctx, key), fields)
}

// WriteBeside writes a small file whose name is that of a table followed by a suffix, locally or to a bucket. It appears
// whole or not at all. Errors name the file.
func WriteBeside(ctx context.Context, table, suffix string, text []byte) (err error) {
	var to offline.Output
	if objectstore.Is(table) {
		store, key, err := bucket(ctx, table)
		if err != nil {
			return err
		}
		to = store.Create(ctx, key+suffix)
	} else if to, err = offline.CreateFile(table + suffix); err != nil {
		return err
	}
	defer to.Abort()
	if _, err = to.Write(text); err == nil {
		err = to.Commit()
	}
	if err != nil && errs.CodeOf(err) == errs.Unknown {
		err = tablefile.OSError(err, "writing "+table+suffix)
	}
	return err
}

// bucket opens the bucket of a table and returns the table's key.
func bucket(ctx context.Context, path string) (*objectstore.Store, string, error) {
	a, err := objectstore.Parse(path)
	if err != nil {
		return nil, "", err
	}
	if _, err := tablefile.FormatOf(a.String()); err != nil {
		return nil, "", err
	}
	store, err := objectstore.Open(ctx, a)
	return store, a.Key, err
}
