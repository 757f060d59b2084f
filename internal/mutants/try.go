package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A result tells how a mutant fared.
type result struct {
	by     string // the test that failed first; empty if none did
	output string
	took   time.Duration
	err    error // the mutant could not be tried
}

func (r *result) killed() bool { return r.err == nil && r.by != "" }

// limit bounds one run of the tests of one package: a mutant may make a loop endless, which is noticed too.
const limit = "90s"

// try runs the tests of m, package by package, until one fails.
func try(ctx context.Context, m *mutant, flags map[string][]string) (r result) {
	began := time.Now()
	defer func() { r.took = time.Since(began) }()
	dir, err := os.MkdirTemp("", "mutant-")
	if err != nil {
		return result{err: err}
	}
	defer os.RemoveAll(dir)
	overlay, err := m.overlay(dir)
	if err != nil {
		return result{err: err}
	}
	for _, p := range m.tests {
		r := test(ctx, overlay, p, flags[p])
		if r.err != nil || r.by != "" {
			return r
		}
	}
	return result{}
}

// overlay writes the changed file and the description of the overlay that go test takes; it returns the latter's path.
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

// An event is what go test -json prints, as far as it matters here.
type event struct{ Action, Package, Test, Output string }

func test(ctx context.Context, overlay, pkg string, flags []string) result {
	args := append([]string{"test", "-overlay", overlay, "-vet=off", "-failfast", "-timeout", limit, "-json", pkg}, flags...)
	c := exec.CommandContext(ctx, "go", args...)
	c.Env = append(os.Environ(), "GOMAXPROCS=1")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err == nil {
		return result{}
	}
	if ctx.Err() != nil {
		return result{err: ctx.Err()}
	}
	by, failure, text := firstFailure(out)
	if failure != nil {
		return result{err: failure, output: text}
	}
	if by == "" {
		return result{err: errors.New("no test failed, but go test did: " + strings.TrimSpace(stderr.String()))}
	}
	return result{by: by, output: text}
}

// firstFailure returns the name of the first test that failed, as package.Test, with the output up to there. An error
// means that the mutant does not compile.
func firstFailure(out []byte) (by string, failure error, text string) {
	var all strings.Builder
	for line := range bytes.Lines(out) {
		var e event
		if json.Unmarshal(line, &e) != nil {
			continue
		}
		all.WriteString(e.Output)
		switch {
		case e.Action == "build-fail":
			return "", errors.New("it does not compile: " + all.String()), ""
		case e.Action == "build-output", e.Action != "fail":
		case e.Test != "":
			return filepath.Base(e.Package) + "." + e.Test, nil, all.String()
		default:
			return filepath.Base(e.Package), nil, all.String() // a timeout or a crash
		}
	}
	return "", nil, all.String()
}
