package main

import (
	"context"
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/truepoint/truepoint/bench/measure"
)

// duckScript is DuckDB's side: data, join, comparison.
//
//go:embed duck.py
var duckScript string

// duck runs one step of DuckDB's side in a process of its own.
func (b *bench) duck(ctx context.Context, step string, args ...string) (measure.Cost, error) {
	return measure.Run(exec.CommandContext(ctx, b.python, append([]string{"-c", duckScript, step, b.data}, args...)...))
}

// prepare makes sure that there is a Python with DuckDB, and the data.
func (b *bench) prepare(ctx context.Context) error {
	if err := os.MkdirAll(b.data, 0o755); err != nil {
		return err
	}
	var err error
	if b.python, err = measure.Python(ctx, b.python, filepath.Join(b.data, "..", "venv"), measure.DuckDB); err != nil {
		return err
	}
	for _, name := range []string{"spine.parquet", "view.parquet", "view_string.parquet"} {
		if _, err := os.Stat(b.path(name)); err != nil {
			_, err := b.duck(ctx, "make")
			return err
		}
	}
	return nil
}
