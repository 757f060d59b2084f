package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/truepoint/truepoint/bench/measure"
)

// peersScript and feastScript are the other sides: data, joins, comparison.
//
//go:embed peers.py
var peersScript string

//go:embed feast.py
var feastScript string

// The places of the data: that of rows 14 and 15, and that of row 16. Each is a repository, too.
const (
	join  = "join"
	small = "small"
)

// peers runs one step of DuckDB's or Polars' side of rows 14 and 15.
func (b *bench) peers(ctx context.Context, step string, args ...string) (measure.Cost, error) {
	args = append([]string{"-c", peersScript, step, b.path(join), fmt.Sprint(b.scale)}, args...)
	return measure.Run(exec.CommandContext(ctx, b.python, args...))
}

// rival runs one step of the other sides of row 16; store is Feast's.
func (b *bench) rival(ctx context.Context, step, store string) (measure.Cost, error) {
	return measure.Run(exec.CommandContext(ctx, b.feast, "-c", feastScript, step, b.path(small), fmt.Sprint(b.scale), b.path(small, "feast-"+store)))
}

// prepare makes sure that there are Pythons with the packages, the data, the right answer and the repositories.
func (b *bench) prepare(ctx context.Context) (err error) {
	if b.python, err = measure.Python(ctx, b.python, filepath.Join(b.data, "..", "..", "venv"), measure.DuckDB); err != nil {
		return err
	}
	if b.feast, err = measure.Python(ctx, b.feast, filepath.Join(b.data, "..", "..", "venv-feast"), measure.Feast); err != nil {
		return err
	}
	if err := b.makeJoin(ctx); err != nil {
		return err
	}
	return b.makeSmall(ctx)
}

// once runs work unless the file that it ends with is there.
func once(file string, work func() error) error {
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := work(); err != nil {
		return err
	}
	return os.WriteFile(file, nil, 0o644)
}

func (b *bench) makeJoin(ctx context.Context) error {
	if err := once(b.path(join, ".made"), func() error { _, err := b.peers(ctx, "make"); return err }); err != nil {
		return err
	}
	if err := once(b.path(join, ".known"), func() error { _, err := b.peers(ctx, "truth"); return err }); err != nil {
		return err
	}
	r := &repository{ttl: "10d", key: "entity_id", event: "event_ts", created: "created_ts"}
	for v := range 5 {
		r.views = append(r.views, fmt.Sprint("view", v))
	}
	r.schema = func(int) []string {
		return []string{"f0: Float64", "f1: Float64", "f2: Float64", "f3: Float64", "f4: Int64", "f5: Int64"}
	}
	return b.apply(ctx, join, r)
}

func (b *bench) makeSmall(ctx context.Context) error {
	err := once(b.path(small, ".made"), func() error { _, err := b.rival(ctx, "make", ""); return err })
	if err != nil {
		return err
	}
	for _, store := range []string{"file", "duckdb"} {
		err := once(b.path(small, "feast-"+store, ".applied"), func() error {
			config := "project: bench\nprovider: local\nregistry: registry.db\nonline_store: {type: sqlite, path: online.db}\n" +
				"offline_store: {type: " + store + "}\nentity_key_serialization_version: 3\n"
			if err := os.WriteFile(b.path(small, "feast-"+store, "feature_store.yaml"), []byte(config), 0o644); err != nil {
				return err
			}
			_, err := b.rival(ctx, "apply", store)
			return err
		})
		if err != nil {
			return err
		}
	}
	r := &repository{ttl: "30d", key: "user_id", event: "event_timestamp", created: "created", views: []string{"v0", "v1", "v2"}}
	r.schema = func(v int) (out []string) {
		for _, f := range []string{"f0: Float64", "f1: Float64", "f2: Float64", "f3: Float64", "f4: Float64", "i0: Int64", "i1: Int64", "i2: Int64", "s0: String", "s1: String"} {
			out = append(out, fmt.Sprintf("v%d_%s", v, f))
		}
		return out
	}
	return b.apply(ctx, small, r)
}
