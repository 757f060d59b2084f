package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A result tells how a mutant fared.
type result struct {
	by     string // the test that failed first; empty if none did
	tries  int
	output string
	took   time.Duration
	err    error // the mutant could not be tried
}

func (r *result) killed() bool { return r.err == nil && r.by != "" }

// limit bounds one run of the tests of one package: a mutant may make a loop endless, which is noticed too.
const limit = "90s"

// triesMax is how often the tests of a mutant run: a property draws its data at random and may miss a mutant once. Tests that
// need more than one try are weak, and the report says so.
const triesMax = 3

// try runs the tests of m, one selection after the other, until one fails, again if none does.
func try(ctx context.Context, m *mutant, known map[string]folder) (r result) {
	began := time.Now()
	for n := 1; n <= triesMax && r.err == nil && r.by == ""; n++ {
		r = tryOnce(ctx, m, known)
		r.tries = n
	}
	r.took = time.Since(began)
	return r
}

func tryOnce(ctx context.Context, m *mutant, known map[string]folder) result {
	dir, err := os.MkdirTemp("", "mutant-")
	if err != nil {
		return result{err: err}
	}
	defer os.RemoveAll(dir)
	overlay, err := m.overlay(dir)
	if err != nil {
		return result{err: err}
	}
	for _, t := range m.tests {
		binary := filepath.Join(dir, "mutant.test")
		if err := build(ctx, overlay, t.pkg, binary); err != nil {
			return result{err: err}
		}
		r := run(ctx, binary, t, known[t.pkg])
		if r.err != nil || r.by != "" {
			return r
		}
	}
	return result{}
}

// overlay writes the changed file and the description of the overlay that go build takes; it returns the latter's path.
func (m *mutant) overlay(dir string) (string, error) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	changed, err := m.apply(string(source))
	if err != nil {
		return "", err
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, filepath.Base(m.file))
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		return "", err
	}
	b, err := json.Marshal(map[string]map[string]string{"Replace": {original: file}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, b, 0o600)
}

// build compiles the tests of a package. It is a step of its own because a mutant that does not compile was not noticed
// by any test.
func build(ctx context.Context, overlay, pkg, binary string) error {
	c := exec.CommandContext(ctx, "go", "test", "-c", "-overlay", overlay, "-vet=off", "-ldflags=-s -w", "-o", binary, pkg)
	c.Env = append(os.Environ(), "GOMAXPROCS=1")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("it does not compile: %w\n%s", err, out)
	}
	return nil
}

// run runs compiled tests with one processor and stops them at the first failure.
func run(ctx context.Context, binary string, t selection, where folder) result {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	args := append([]string{"-test.v=test2json", "-test.failfast", "-test.timeout=" + limit, "-test.run=" + t.tests}, where.flags...)
	c := exec.CommandContext(ctx, binary, args...)
	c.Dir, c.Env = where.dir, append(os.Environ(), "GOMAXPROCS=1")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return result{err: err}
	}
	by, text := firstFailure(out)
	if by != "" {
		stop()
		_ = c.Wait() // it was killed
		return result{by: where.name + "." + by, output: text}
	}
	if err := c.Wait(); err == nil {
		return result{}
	} else if ctx.Err() != nil {
		return result{err: ctx.Err()}
	}
	return result{by: where.name + ", which ends early", output: text + stderr.String()} // a panic, or the time limit
}

// firstFailure reads what tests print until one has failed. It returns the name of that test, empty if there is none, and
// what was read.
func firstFailure(out io.Reader) (by, text string) {
	var all strings.Builder
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		all.WriteString(line)
		if rest, ok := strings.CutPrefix(strings.TrimLeft(line, "\x16 "), "--- FAIL: "); ok {
			name, _, _ := strings.Cut(rest, " (")
			return name, all.String()
		}
		if err != nil {
			return "", all.String()
		}
	}
}
