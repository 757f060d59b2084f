package truepoint_test

import (
	"testing"

	"github.com/truepoint/truepoint/internal/storetest"
)

func TestOnlineScripts(t *testing.T) {
	t.Parallel()
	storetest.RunScripts(t, "spec/online", func(t testing.TB) *storetest.Rig { return storetest.New(t, noon, nil) })
}
