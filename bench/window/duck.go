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

// duckScript is DuckDB's side: data, both kinds of SQL, comparison.
//
//go:embed duck.py
var duckScript string

// duck runs one step of DuckDB's side in a process of its own.
func (b *bench) duck(ctx context.Context, step, argument string) (measure.Cost, error) {
	return measure.Run(exec.CommandContext(ctx, b.python, "-c", duckScript, step, b.path(""), argument))
}

// prepare makes sure that there is a Python with DuckDB, and the data of this scale.
func (b *bench) prepare(ctx context.Context) error {
	if err := os.MkdirAll(b.path(""), 0o755); err != nil {
		return err
	}
	var err error
	if b.python, err = measure.Python(ctx, b.python, filepath.Join(b.data, "..", "venv"), measure.DuckDB); err != nil {
		return err
	}
	for _, name := range []string{"spine.parquet", "events.parquet"} {
		if _, err := os.Stat(b.path(name)); err != nil {
			_, err := b.duck(ctx, "make", fmt.Sprint(b.scale))
			return err
		}
	}
	return nil
}
