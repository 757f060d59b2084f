package main

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/truepoint/truepoint/internal/dynamodbtest"
	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/internal/redistest"
)

// TestOnlineStoreScripts runs every script of testdata/onlinestore on each kind of online store, with one set of expected
// answers; those on other servers where the scripts of their names have set addresses. $WORK/feature_store.yaml names the
// store.
func TestOnlineStoreScripts(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]func(t *testing.T) map[string]any{
		"embedded": func(*testing.T) map[string]any { return map[string]any{"path": "data/online"} },
		"sqlite":   func(*testing.T) map[string]any { return map[string]any{"path": "data/online.db"} },
		"redis": func(t *testing.T) map[string]any {
			return map[string]any{"connection_string": redistest.Database(t)}
		},
		"postgres": func(t *testing.T) map[string]any {
			s := postgrestest.New(t)
			u, err := url.Parse(s.Address)
			if err != nil {
				t.Fatal(err)
			}
			return map[string]any{"host": u.Query().Get("host"), "database": "postgres", "user": "postgres", "password": "", "db_schema": s.Name}
		},
		"dynamodb": func(t *testing.T) map[string]any {
			return map[string]any{"region": "us-east-1", "endpoint_url": dynamodbtest.Endpoint(t), "table_name_template": dynamodbtest.Template(), "consistent_reads": true}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			online := settings(t)
			online["type"] = name
			text, err := json.Marshal(map[string]any{"project": "minimal", "registry": "data/registry.db", "online_store": online})
			if err != nil {
				t.Fatal(err)
			}
			testscript.Run(t, testscript.Params{
				Dir: filepath.Join("testdata", "onlinestore"), RequireExplicitExec: true, RequireUniqueNames: true, UpdateScripts: os.Getenv("UPDATE") != "",
				Setup: func(e *testscript.Env) error {
					for _, v := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
						e.Setenv(v, os.Getenv(v))
					}
					if err := os.WriteFile(filepath.Join(e.WorkDir, "feature_store.yaml"), text, 0o600); err != nil {
						return err
					}
					return setup(e)
				},
				Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "until": until, "listening": listening, "http": post},
			})
		})
	}
}
