package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// TestSQLStoreScripts runs every script of testdata/sqlstore on each SQL engine, with one set of expected answers: on
// PostgreSQL where TRUEPOINT_TEST_POSTGRES names a server, on DuckDB in builds with the tag duckdb. $ENGINE is postgres or
// duckdb, which is also a condition; where they are configured differently, a script copies a file of that name. There are two more commands:
//
//	table NAME FILE COLUMNS   makes a table of a CSV file, in PostgreSQL or as data/NAME.parquet below the working
//	                          directory; COLUMNS are names with types of PostgreSQL, parted by commas
//	sql STATEMENT             runs a statement in PostgreSQL
func TestSQLStoreScripts(t *testing.T) {
	t.Parallel()
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		s := postgrestest.New(t)
		u, err := url.Parse(s.Address)
		if err != nil {
			t.Fatal(err)
		}
		runOn(t, "postgres", map[string]string{"PG_SOCKET": u.Query().Get("host"), "PG_SCHEMA": s.Name}, map[string]func(*testscript.TestScript, []string){
			"table": func(ts *testscript.TestScript, args []string) {
				s.Exec(t, "CREATE TABLE "+args[0]+" ("+args[2]+")")
				_, err := s.Conn.PgConn().CopyFrom(t.Context(), strings.NewReader(ts.ReadFile(args[1])), "COPY "+args[0]+" FROM STDIN (FORMAT csv, HEADER)")
				ts.Check(err)
			},
			"sql": func(_ *testscript.TestScript, args []string) { s.Exec(t, args...) },
		})
	})
	t.Run("duckdb", func(t *testing.T) {
		t.Parallel()
		if !withDuckDB {
			t.Skip("this build has no DuckDB: run make test-stores")
		}
		runOn(t, "duckdb", nil, map[string]func(*testscript.TestScript, []string){
			"table": func(ts *testscript.TestScript, args []string) {
				ts.Check(parquetTable(ts.MkAbs(args[1]), ts.MkAbs(filepath.Join("data", args[0]+".parquet")), args[2]))
			},
		})
	})
}

// runOn runs the scripts on one engine.
func runOn(t *testing.T, engine string, env map[string]string, commands map[string]func(*testscript.TestScript, []string)) {
	t.Helper()
	cmds := map[string]func(*testscript.TestScript, bool, []string){"status": status}
	for name, run := range commands {
		cmds[name] = func(ts *testscript.TestScript, _ bool, args []string) { run(ts, args) }
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "sqlstore"), RequireExplicitExec: true, RequireUniqueNames: true, UpdateScripts: os.Getenv("UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("ENGINE", engine)
			for name, v := range env {
				e.Setenv(name, v)
			}
			return setup(e)
		},
		Condition: func(name string) (bool, error) { return name == engine, nil },
		Cmds:      cmds,
	})
}

// parquetTable writes a CSV file as Parquet with columns that are given as "name type, …".
func parquetTable(from, to, columns string) error {
	types := map[string]value.Type{}
	for _, c := range strings.Split(columns, ",") {
		name, typ, _ := strings.Cut(strings.TrimSpace(c), " ")
		i := slices.Index([]string{"bigint", "text", "timestamptz", "float8"}, typ)
		if i < 0 {
			return fmt.Errorf("column %s has an unknown type %q", name, typ)
		}
		types[name] = value.Scalar([]value.Kind{value.Int64, value.String, value.UnixTimestamp, value.Float64}[i])
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	b, err := offline.ReadTable(context.Background(), from, &offline.TableOptions{Types: types})
	if err != nil {
		return err
	}
	return offline.WriteTable(to, b)
}
