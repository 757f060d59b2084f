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
	if err := b.install(ctx); err != nil {
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

// install makes a virtual environment with DuckDB unless the Python has it.
func (b *bench) install(ctx context.Context) error {
	if exec.CommandContext(ctx, b.python, "-c", "import duckdb").Run() == nil {
		return nil
	}
	venv := b.path("venv")
	for _, args := range [][]string{
		{b.python, "-m", "venv", venv}, {filepath.Join(venv, "bin", "pip"), "install", "--quiet", "duckdb"},
	} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%v: %w: %s", args, err, out)
		}
	}
	b.python = filepath.Join(venv, "bin", "python")
	return nil
}
