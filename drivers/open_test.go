package drivers_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
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

func TestStoresThatAreNotLinkedSayWhatToUse(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*config.Config){
		func(c *config.Config) { c.Online.Type = "redis" },
		func(c *config.Config) { c.Offline.Type = "bigquery" },
		func(c *config.Config) { c.Registry.Type = "postgres" },
	} {
		c := at(t.TempDir())
		change(c)
		_, err := drivers.Open(t.Context(), c, clock)
		if errs.CodeOf(err) != errs.Unimplemented || err.(*errs.Error).Hint == "" {
			t.Errorf("got %v", err)
		}
	}
}
