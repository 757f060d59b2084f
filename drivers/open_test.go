package drivers_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/value"
)

func clock() eventtime.Instant { return 1_773_316_800_000_000 }

// at returns a configuration whose paths lie in dir.
func at(dir string) *config.Config {
	return &config.Config{
		Dir: dir, Project: "p",
		Registry: config.Registry{Type: "sqlite", Path: filepath.Join(dir, "registry.db")},
		Offline:  config.Store{Type: "file"},
		Online:   config.Store{Type: "embedded", Path: filepath.Join(dir, "online")},
	}
}

func TestEveryLinkedOnlineStoreAnswers(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"embedded", "sqlite", "memory"} {
		c := at(t.TempDir())
		c.Online.Type = kind
		opt, err := drivers.Open(t.Context(), c, clock)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		s, err := truepoint.New(opt)
		if err != nil {
			t.Fatal(err)
		}
		if err := opt.Online.Drop(t.Context(), "p/v/1"); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestOnlineStoreIsOpenedByTheFirstCallThatNeedsIt(t *testing.T) {
	t.Parallel()
	c := at(t.TempDir())
	opt, err := drivers.Open(t.Context(), c, clock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(c.Online.Path); !os.IsNotExist(err) {
		t.Errorf("the directory was made without need: %v", err)
	}
	if _, err := opt.Online.Tables(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(c.Online.Path); err != nil {
		t.Error(err)
	}
	s, _ := truepoint.New(opt)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := opt.Online.Tables(t.Context()); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("a closed store answered: %v", err)
	}
}

func TestFilesOfOtherProgramsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := at(dir)
	if err := os.WriteFile(c.Registry.Path, []byte("feast"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(c.Online.Path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.Online.Path, "other"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	opt, err := drivers.Open(t.Context(), c, clock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opt.Online.Tables(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, _ := truepoint.New(opt)
	defer s.Close()
	if len(opt.Warnings) != 2 {
		t.Errorf("warnings: %v", opt.Warnings)
	}
	if b, err := os.ReadFile(c.Registry.Path); err != nil || string(b) != "feast" {
		t.Errorf("the other program's file is %q, %v", b, err)
	}
	for _, path := range []string{c.Registry.Path + ".truepoint", c.Online.Path + ".truepoint"} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

func TestBadInput_100_stores_of_a_newer_format_or_another_project(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"embedded", "sqlite", "registry"} {
		c := at(t.TempDir())
		path := c.Online.Path
		switch kind {
		case "sqlite":
			c.Online.Type = kind
		case "registry":
			path = c.Registry.Path
		}
		// Nothing of project p is seen by project q, whose names and tables are its own.
		if err := withTables(t, c, func(d online.Driver) error { return put(t, d, "p/v/1") }); err != nil {
			t.Fatal(err)
		}
		other := *c
		other.Project = "q"
		opt, err := drivers.Open(t.Context(), &other, clock)
		if err != nil {
			t.Fatal(err)
		}
		s, err := truepoint.New(opt)
		if err != nil {
			t.Fatal(err)
		}
		if report, err := s.Teardown(t.Context()); err != nil || len(report.Tables) != 0 {
			t.Errorf("%s: teardown of another project: %+v, %v", kind, report, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		makeNewer(t, kind, path)
		unchanged := datatest.Dir(t, c.Dir)
		err = withTables(t, c, func(d online.Driver) error { _, err := d.Tables(t.Context()); return err })
		if errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "format 99") {
			t.Errorf("%s of format 99: got %v", kind, err)
		}
		unchanged()
	}
}

// withTables opens the stores of c, calls use and closes them.
func withTables(t *testing.T, c *config.Config, use func(online.Driver) error) error {
	t.Helper()
	opt, err := drivers.Open(t.Context(), c, clock)
	if err != nil {
		return err
	}
	return errors.Join(use(opt.Online), opt.Online.Close(), opt.Registry.Close(), opt.State.Close(), opt.Offline.Close())
}

func put(t *testing.T, d online.Driver, table string) error {
	t.Helper()
	_, err := d.PutBatch(t.Context(), table, []online.Cell{{Key: onlinetest.IntKey(t, 1), Row: value.AppendTombstone(nil, value.Version{Event: 1})}})
	return err
}

// makeNewer writes format 99 into the closed store at path.
func makeNewer(t *testing.T, kind, path string) {
	t.Helper()
	at, text := int64(60), []byte{0, 0, 0, 99} // SQLite's user_version
	if kind == "embedded" {
		path = filepath.Join(path, "FORMAT")
		at, text = int64(len("truepoint embedded online store\nformat ")), []byte("99\n")
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(text, at)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestStoresThatAreNotLinkedSayWhatToUse(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*config.Config){
		func(c *config.Config) { c.Online.Type = "remote" },
		func(c *config.Config) { c.Offline.Type = "bigquery" },
		func(c *config.Config) { c.Registry.Type = "remote" },
	} {
		c := at(t.TempDir())
		change(c)
		_, err := drivers.Open(t.Context(), c, clock)
		if errs.CodeOf(err) != errs.Unimplemented || err.(*errs.Error).Hint == "" {
			t.Errorf("got %v", err)
		}
	}
}

func TestCheckReportsEveryStoreAtOnceWithItsPlaceAndOpensNothing(t *testing.T) {
	t.Parallel()
	c := at(t.TempDir())
	if err := drivers.Check(c); err != nil {
		t.Errorf("linked stores: %v", err)
	}
	c.Online = config.Store{Type: "remote", Pos: errs.Position{File: "feature_store.yaml", Line: 7, Column: 9}}
	c.Offline = config.Store{Type: "none", Pos: errs.Position{File: "feature_store.yaml", Line: 3, Column: 16}}
	all := errs.All(drivers.Check(c))
	if len(all) != 2 || all[0].Code != errs.FailedPrecondition || all[1].Code != errs.Unimplemented {
		t.Fatalf("got %v", all)
	}
	if all[1].Pos != c.Online.Pos || !strings.Contains(all[1].Message, "dynamodb, embedded, postgres, redis, sqlite") || strings.Contains(all[1].Message, "memory") {
		t.Errorf("got %v, want the place and the linked types", all[1])
	}
	if entries, err := os.ReadDir(c.Dir); err != nil || len(entries) > 0 {
		t.Errorf("something was made: %v, %v", entries, err)
	}
}

func TestBadInput_99_redis_settings_at_their_place(t *testing.T) {
	t.Parallel()
	for _, o := range []config.Options{{"connection_string": "redis://me:hunter2@h"}, {"connection_string": "h:6379,pasword=hunter2"}} {
		c := at(t.TempDir())
		c.Online = config.Store{Type: "redis", Options: o, Pos: errs.Position{File: "feature_store.yaml", Line: 7, Column: 9}}
		all := errs.All(drivers.Check(c))
		if len(all) != 1 || all[0].Pos != c.Online.Pos || all[0].Hint == "" || strings.Contains(all[0].Error(), "hunter2") {
			t.Errorf("%v: got %v", o, all)
		}
		if entries, err := os.ReadDir(c.Dir); err != nil || len(entries) > 0 {
			t.Errorf("something was made: %v, %v", entries, err)
		}
	}
}
