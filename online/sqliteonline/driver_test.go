package sqliteonline_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/online/sqliteonline"
)

func open(t testing.TB, path string) *sqliteonline.Driver {
	t.Helper()
	d, err := sqliteonline.Open(context.Background(), path)
	if err != nil {
		t.Fatalf("Open(%s): %v", path, err)
	}
	return d
}

func TestConformance(t *testing.T) {
	t.Parallel()
	onlinetest.Run(t, func(t *testing.T) online.Driver { return open(t, filepath.Join(t.TempDir(), "online.db")) })
}

func TestConformanceOfExpire(t *testing.T) {
	t.Parallel()
	onlinetest.RunExpirer(t, func(t *testing.T) online.Driver { return open(t, filepath.Join(t.TempDir(), "online.db")) })
}

func TestConformanceOfReopening(t *testing.T) {
	t.Parallel()
	onlinetest.RunDurable(t, func(t *testing.T, dir string) online.Driver { return open(t, filepath.Join(dir, "online.db")) })
}

// Two connections to one file are like two processes: SQLite does not tell them apart.
func TestConformanceBesideAnotherDriver(t *testing.T) {
	t.Parallel()
	onlinetest.Run(t, func(t *testing.T) online.Driver {
		path := filepath.Join(t.TempDir(), "online.db")
		other := open(t, path)
		t.Cleanup(func() { other.Close() })
		return pair{open(t, path), other}
	})
}

// A pair writes through one driver and reads through the other.
type pair struct {
	*sqliteonline.Driver
	reader *sqliteonline.Driver
}

func (p pair) GetBatch(ctx context.Context, items []online.TableKeys) error {
	if err := p.Driver.GetBatch(ctx, nil); err != nil {
		return err
	}
	return p.reader.GetBatch(ctx, items)
}
