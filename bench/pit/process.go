package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"syscall"
	"time"
)

// duckScript is DuckDB's side: data, join, comparison.
//
//go:embed duck.py
var duckScript string

// A usage is what a process took.
type usage struct {
	wall, cpu float64 // seconds
	memory    float64 // peak resident set, MB
}

func (u usage) String() string {
	return fmt.Sprintf("%.2f s, %.2f CPU-s, %.0f MB", u.wall, u.cpu, u.memory)
}

// measured runs a command to its end and returns what it took.
func measured(cmd *exec.Cmd) (usage, error) {
	cmd.Stderr = os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%s: %w", filepath.Base(cmd.Path), err)
	}
	u := usage{wall: time.Since(start).Seconds(), cpu: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.memory = float64(r.Maxrss) / 1024
	}
	return u, nil
}

// self runs our side in a process of its own.
func (b *bench) self(ctx context.Context, what string) (usage, error) {
	exe, err := os.Executable()
	if err != nil {
		return usage{}, err
	}
	return measured(exec.CommandContext(ctx, exe, "-one", what, "-data", b.data, "-keys", b.keys))
}

// duck runs one step of DuckDB's side in a process of its own.
func (b *bench) duck(ctx context.Context, step string, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, b.python, append([]string{"-c", duckScript, step, b.data}, args...)...)
	cmd.Stdout = os.Stdout
	return measured(cmd)
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

// compare stops the run if the two sides differ in a cell that no tie decides.
func (b *bench) compare(ctx context.Context) error {
	if _, err := b.self(ctx, "join"); err != nil {
		return err
	}
	if _, err := b.duck(ctx, "join", b.path("theirs.parquet")); err != nil {
		return err
	}
	_, err := b.duck(ctx, "compare")
	return err
}

// profiled runs work, with a CPU profile if file is not empty.
func (b *bench) profiled(file string, work func() error) error {
	if file == "" {
		return work()
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return work()
}
