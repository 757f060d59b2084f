package drivers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"

	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/tablefile"
)

// DatasetFiles are the files of training sets, local ones and objects of buckets. Relative paths are of Dir.
type DatasetFiles struct{ Dir string }

var _ dataset.Files = DatasetFiles{}

func (d DatasetFiles) local(path string) string {
	if filepath.IsAbs(path) || objectstore.Is(path) {
		return path
	}
	return filepath.Join(d.Dir, path)
}

// Open implements dataset.Files.
func (d DatasetFiles) Open(ctx context.Context, path string, opt *offline.TableOptions) (*offline.TableFile, error) {
	return OpenTable(ctx, d.local(path), opt)
}

// Sum implements dataset.Files.
func (d DatasetFiles) Sum(ctx context.Context, path string) (int64, string, error) {
	if !objectstore.Is(path) {
		file, err := os.Open(d.local(path))
		if err != nil {
			return 0, "", tablefile.OSError(err, "cannot read "+path)
		}
		defer file.Close()
		return sum(ctx, path, file)
	}
	store, key, err := bucket(ctx, path)
	if err != nil {
		return 0, "", err
	}
	object, err := store.Object(ctx, key)
	if err != nil {
		return 0, "", err
	}
	r, release, err := object.Acquire(ctx)
	if err != nil {
		return 0, "", err
	}
	n, hash, err := sum(ctx, path, io.NewSectionReader(r, 0, object.Size()))
	return n, hash, errs.Join(err, release())
}

func sum(ctx context.Context, path string, r io.Reader) (int64, string, error) {
	h := sha256.New()
	n, err := io.Copy(h, stopping{ctx, r})
	if err != nil {
		return 0, "", tablefile.OSError(err, "cannot read "+path)
	}
	return n, hex.EncodeToString(h.Sum(nil)), nil
}

// A stopping reader ends with its context.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// Remove implements dataset.Files.
func (d DatasetFiles) Remove(ctx context.Context, path string) error {
	if !objectstore.Is(path) {
		if err := os.Remove(d.local(path)); err != nil && !os.IsNotExist(err) {
			return tablefile.OSError(err, "cannot remove "+path)
		}
		return nil
	}
	a, err := objectstore.Parse(path)
	if err != nil {
		return err
	}
	store, err := objectstore.Open(ctx, a)
	if err != nil {
		return err
	}
	return store.Delete(ctx, a.Key)
}
