package conformance_test

import (
	"context"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/internal/dynamodbtest"
	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/embeddedonline"
)

// A backend is an online store as a configuration names it.
type backend struct {
	name string
	// open returns the settings of an empty store that belongs to the test, which it skips where there is no server.
	open func(t *testing.T) config.Store
	wrap func(online.Driver) online.Driver // nil: the store as it is
}

// backends are all online stores that this binary is linked with, some in more than one setting. The first is the one that
// the others are compared with.
func backends() []backend {
	return []backend{
		{name: "memory", open: func(*testing.T) config.Store { return config.Store{Type: "memory"} }},
		{name: "embedded", open: func(t *testing.T) config.Store {
			return config.Store{Type: "embedded", Path: filepath.Join(t.TempDir(), "online")}
		}},
		{name: "embedded_client", open: embeddedOfAnother},
		{name: "sqlite", open: func(t *testing.T) config.Store {
			return config.Store{Type: "sqlite", Path: filepath.Join(t.TempDir(), "online.db")}
		}},
		{name: "redis", open: func(t *testing.T) config.Store {
			return config.Store{Type: "redis", Options: config.Options{"connection_string": redistest.Database(t)}}
		}},
		{name: "redis_forgetting", open: func(t *testing.T) config.Store {
			return config.Store{Type: "redis", Options: config.Options{"connection_string": redistest.Database(t), "key_ttl_seconds": "1"}}
		}},
		{name: "redis_cluster", open: func(t *testing.T) config.Store { return redisOf(t, redistest.Cluster, "redis_cluster") }},
		{name: "redis_sentinel", open: func(t *testing.T) config.Store { return redisOf(t, redistest.Sentinel, "redis_sentinel") }},
		{name: "postgres", open: postgresOf},
		{name: "dynamodb", open: dynamoDBOf},
	}
}

// embeddedOfAnother returns an embedded store that another process owns, as far as this one can tell.
func embeddedOfAnother(t *testing.T) config.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "online")
	owner, err := embeddedonline.Open(context.Background(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := owner.Close(); err != nil {
			t.Error(err)
		}
	})
	return config.Store{Type: "embedded", Path: path}
}

func postgresOf(t *testing.T) config.Store {
	t.Helper()
	s := postgrestest.New(t)
	u, err := url.Parse(s.Address)
	if err != nil {
		t.Fatal(err)
	}
	return config.Store{Type: "postgres", Options: config.Options{
		"host": u.Query().Get("host"), "database": "postgres", "user": "postgres", "db_schema": s.Name, "max_conn": "3",
	}}
}

// dynamoDBOf returns a store that keeps rows for ever: DynamoDB forgets them by its own clock, and not by that of the test.
func dynamoDBOf(t *testing.T) config.Store {
	t.Helper()
	return config.Store{Type: "dynamodb", Options: config.Options{
		"region": "us-east-1", "endpoint_url": dynamodbtest.Endpoint(t), "table_name_template": dynamodbtest.Template(),
		"consistent_reads": "true", "read_timeout": "60", "max_pool_connections": "8",
	}}
}

func redisOf(t *testing.T, variable, topology string) config.Store {
	t.Helper()
	return config.Store{Type: "redis", Options: config.Options{
		"connection_string": redistest.Address(t, variable), "redis_type": topology, "key_prefix": redistest.Prefix(),
	}}
}

// onEveryStore runs a test on a stack of each store.
func onEveryStore(t *testing.T, set func() *definitions, run func(s *stack)) {
	t.Helper()
	for _, b := range backends() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			run(newStack(t, b, set()))
		})
	}
}
