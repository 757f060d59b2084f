package embeddedonline_test

import (
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
)

func TestConformanceOfExpire(t *testing.T) {
	t.Parallel()
	onlinetest.RunExpirer(t, func(t *testing.T) online.Driver {
		return open(t, filepath.Join(t.TempDir(), "online"), nil)
	})
}

func TestConformanceOfExpireByAClient(t *testing.T) {
	t.Parallel()
	onlinetest.RunExpirer(t, func(t *testing.T) online.Driver {
		dir := filepath.Join(t.TempDir(), "online")
		owner := open(t, dir, nil)
		t.Cleanup(func() {
			if err := owner.Close(); err != nil {
				t.Errorf("Close of the owner: %v", err)
			}
		})
		return open(t, dir, nil)
	})
}
