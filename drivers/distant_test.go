package drivers_test

import (
	"testing"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/online"
)

func TestStoresBehindANetworkAreDistant(t *testing.T) {
	t.Parallel()
	for kind, options := range map[string]config.Options{
		"embedded": nil, "sqlite": nil,
		"redis":    {"connection_string": "127.0.0.1:1"},
		"postgres": {"host": "127.0.0.1", "port": "1", "database": "d", "user": "u", "password": "p"},
		"dynamodb": {"region": "eu-central-1", "endpoint_url": "http://127.0.0.1:1"},
	} {
		c := at(t.TempDir())
		c.Online.Type, c.Online.Options = kind, options
		opt, err := drivers.Open(t.Context(), c, clock)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		want := options != nil
		if d, ok := opt.Online.(online.Distant); !ok || d.Distant() != want {
			t.Errorf("%s: its readings are not shared as they should be, want %t", kind, want)
		}
		for _, c := range []interface{ Close() error }{opt.Online, opt.Offline, opt.State, opt.Registry} {
			if err := c.Close(); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
}
