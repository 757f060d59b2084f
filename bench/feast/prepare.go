package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/plainredis"
)

// feastScript is Feast's side, features the definitions of both.
//
//go:embed feast.py
var feastScript string

//go:embed features.py
var features string

// A place is a repository that both sides use, each with a registry of its own.
type place struct {
	name      string
	feast     string // Feast's online store, as its settings have it
	truepoint string // ours, if it is another
}

// emptyTables is a copy of what Feast's SQLite holds before anything is materialized.
const emptyTables = "empty.db"

// appliedRegistry is a copy of Feast's registry, registry.db, as applying leaves it.
const appliedRegistry = "applied.db"

// ownSettings is the file of settings for our side where they differ.
const ownSettings = "feature_store-truepoint.yaml"

// inRedis is the repository whose rows both sides keep in the Redis at an address.
func inRedis(address string) place {
	return place{name: "redis", feast: fmt.Sprintf("{type: redis, connection_string: %q}", address)}
}

// local is the repository whose rows lie in files of either side.
func local() place {
	return place{name: "local", feast: "{type: sqlite, path: online.db}", truepoint: "{type: embedded, path: online}"}
}

// prepare makes what a run needs and does not measure, as far as it is not there: a Python with Feast, the histories and
// repositories, and the Redis that Feast has filled.
func (b *bench) prepare(ctx context.Context) (err error) {
	if b.python, err = measure.Python(ctx, b.python, filepath.Join(b.data, "..", "..", "venv-feast"), measure.Feast); err != nil {
		return err
	}
	version, err := b.script(ctx, "version", ".").Output()
	if err != nil {
		return err
	}
	b.name = "Feast " + strings.TrimSpace(string(version))
	if err := once(b.path("ready"), func() error { return b.make(ctx) }); err != nil || b.onlyMaterialize {
		return err
	}
	return once(b.path("kept", "filled"), func() error { return b.fill(ctx) })
}

// once does work unless the file that it ends with is there.
func once(mark string, work func() error) error {
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	if err := work(); err != nil {
		return err
	}
	return os.WriteFile(mark, nil, 0o644)
}

// make makes the histories and the repositories, as Feast applies them.
func (b *bench) make(ctx context.Context) error {
	if err := os.RemoveAll(b.data); err != nil {
		return err
	}
	for _, dir := range []string{"rows", "redis", "local", "kept"} {
		if err := os.MkdirAll(b.path(dir), 0o755); err != nil {
			return err
		}
	}
	if err := b.do(ctx, "make", "rows", strconv.Itoa(b.entities), strconv.Itoa(b.rows)); err != nil {
		return err
	}
	r, err := plainredis.Start("")
	if err != nil {
		return err
	}
	defer r.Stop()
	for _, p := range []place{local(), inRedis(r.Address)} {
		if err := b.settle(ctx, p); err != nil {
			return err
		}
	}
	return os.Rename(b.path("local", "online.db"), b.path("local", emptyTables))
}

// fill has Feast write all views to a Redis, and keeps that.
func (b *bench) fill(ctx context.Context) error {
	r, err := plainredis.Start(b.path("kept"))
	if err != nil {
		return err
	}
	defer r.Stop()
	if err := errors.Join(b.settle(ctx, inRedis(r.Address)), b.do(ctx, "materialize", "redis")); err != nil {
		return err
	}
	c, err := plainredis.Dial(r.Address)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Do("SAVE")
	return err
}

// settle writes the settings and definitions of a repository, and has Feast's registry as applying leaves it: a run that was
// broken off leaves views there that are being materialized, and Feast takes no other state for them than the end of that.
func (b *bench) settle(ctx context.Context, p place) error {
	settings := func(store string) []byte {
		return []byte("project: bench\nprovider: local\nregistry: registry.db\nonline_store: " + store +
			"\noffline_store: {type: file}\nentity_key_serialization_version: 3\n")
	}
	err := errors.Join(os.WriteFile(b.path(p.name, "feature_store.yaml"), settings(p.feast), 0o644),
		os.WriteFile(b.path(p.name, "features.py"), []byte(strings.ReplaceAll(features, "@DATA@", b.path("rows"))), 0o644))
	if p.truepoint != "" {
		err = errors.Join(err, os.WriteFile(b.path(p.name, ownSettings), settings(p.truepoint), 0o644))
	}
	if err != nil {
		return err
	}
	registry, applied := b.path(p.name, "registry.db"), b.path(p.name, appliedRegistry)
	if _, err := os.Stat(applied); err == nil {
		return copyFile(registry, applied)
	}
	if err := os.Remove(registry); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return errors.Join(b.do(ctx, "apply", p.name), copyFile(applied, registry))
}

// copyFile makes a file that of another name. One that is broken off leaves it as it was.
func copyFile(to, from string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.WriteFile(to+".new", content, 0o644); err != nil {
		return err
	}
	return os.Rename(to+".new", to)
}

// script returns the command of a step of Feast's side.
func (b *bench) script(ctx context.Context, step, dir string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, b.python, append([]string{"-c", feastScript, step, b.path(dir)}, args...)...)
}

// do runs a step of Feast's side.
func (b *bench) do(ctx context.Context, step, dir string, args ...string) error {
	if out, err := b.script(ctx, step, dir, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("Feast, %s: %w: %s", step, err, out)
	}
	return nil
}

// ours returns the command of our side in a repository.
func (b *bench) ours(ctx context.Context, p place, args ...string) *exec.Cmd {
	before := []string{"-c", b.path(p.name)}
	if p.truepoint != "" {
		before = append(before, "--feature-store-yaml", b.path(p.name, ownSettings))
	}
	return exec.CommandContext(ctx, b.binary, append(before, args...)...)
}

// do runs a command to its end.
func do(c *exec.Cmd) error {
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w: %s", c.Args, err, out)
	}
	return nil
}
