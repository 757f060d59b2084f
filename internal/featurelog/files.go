package featurelog

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/tablefile"
)

// The names of directories and files.
const (
	dayForm   = "dt=2006-01-02"
	nameForm  = "features-20060102T150405.000000Z"
	extension = ".parquet"
)

// prepare makes the directory and checks that it can be written to.
func prepare(dir string) error {
	if dir == "" {
		return errs.New(errs.InvalidArgument, "the feature log has no directory")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return errs.Wrap(err, errs.PermissionDenied, "make the directory of the feature log").WithHint("name another one, or give this user the right to write there")
	}
	f, err := tablefile.CreateAtomic(dir)
	if err != nil {
		return errs.Wrap(err, errs.PermissionDenied, "write to the directory of the feature log").WithHint("name another one, or give this user the right to write there")
	}
	f.Abort()
	return nil
}

// write writes the batch as one file.
func (c *collector) write() error {
	at := time.UnixMicro(int64(c.log.opt.Clock())).UTC()
	dir := filepath.Join(c.log.opt.Dir, at.Format(dayForm))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := tablefile.CreateAtomic(dir)
	if err != nil {
		return err
	}
	defer f.Abort()
	w, err := tablefile.NewWriter(f, tablefile.Parquet, Fields())
	if err != nil {
		return err
	}
	if err := w.Write(c.batch); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.Commit(at.Format(nameForm) + "-" + random() + extension)
}

// random tells files of several servers apart that write to one directory.
func random() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// sweep removes files whose names say that they are older than the retention, and days without files.
func (c *collector) sweep() {
	if c.log.opt.Retention <= 0 {
		return
	}
	before := c.log.opt.Clock().Add(-c.log.opt.Retention)
	files, err := filepath.Glob(filepath.Join(c.log.opt.Dir, "dt=*", "features-*"+extension))
	if err != nil {
		c.log.opt.Failed(err)
	}
	for _, path := range files {
		if at, ok := begun(path); !ok || at >= before {
			continue
		}
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			c.log.opt.Failed(err)
		}
		_ = os.Remove(filepath.Dir(path)) // fails while the day has files
	}
}

// begun returns when a file was written, by its name.
func begun(path string) (at eventtime.Instant, ok bool) {
	name := strings.TrimSuffix(filepath.Base(path), extension)
	cut := strings.LastIndexByte(name, '-')
	t, err := time.Parse(nameForm, name[:max(cut, 0)])
	return eventtime.Instant(t.UnixMicro()), err == nil
}
