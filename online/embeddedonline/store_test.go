package embeddedonline_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/embeddedonline"
	"github.com/truepoint/truepoint/online/onlinetest"
)

func open(t testing.TB, dir string, opt *embeddedonline.Options) *embeddedonline.Store {
	t.Helper()
	s, err := embeddedonline.Open(context.Background(), dir, opt)
	if err != nil {
		t.Fatalf("Open(%s): %v", dir, err)
	}
	return s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	onlinetest.Run(t, func(t *testing.T) online.Driver {
		return open(t, filepath.Join(t.TempDir(), "online"), nil)
	})
}

// The same promises hold for a Store that reaches its directory through the socket of another.
func TestConformanceOfAClient(t *testing.T) {
	t.Parallel()
	onlinetest.Run(t, func(t *testing.T) online.Driver {
		dir := filepath.Join(t.TempDir(), "online")
		owner := open(t, dir, nil)
		t.Cleanup(func() {
			if err := owner.Close(); err != nil {
				t.Errorf("Close of the owner: %v", err)
			}
		})
		s := open(t, dir, nil)
		if s.Owner() || !owner.Owner() {
			t.Fatalf("the second Store owns the directory: %t, the first: %t", s.Owner(), owner.Owner())
		}
		return s
	})
}

func TestConformanceOfReopening(t *testing.T) {
	t.Parallel()
	onlinetest.RunDurable(t, func(t *testing.T, dir string) online.Driver {
		return open(t, filepath.Join(dir, "online"), nil)
	})
}
