// Package spectest reads scripts of spec/ whose cases are single lines.
package spectest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// RunLines runs every case of the *.txt files of a directory, in parallel, each a line
//
//	name: call = result
//
// in which the last " = " parts call and result. Blank lines and those that begin with # are skipped. answer executes a
// call and returns its result as scripts write it. A malformed line, a name that a file has twice, and fewer than least
// cases in all fail the test.
func RunLines(t *testing.T, dir string, least int, answer func(t *testing.T, call string) string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in %s: %v", dir, err)
	}
	cases := 0
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for n, line := range strings.Split(string(data), "\n") {
			if strings.HasPrefix(line, "#") || line == "" {
				continue
			}
			name, rest, ok := strings.Cut(line, ": ")
			at := strings.LastIndex(rest, " = ")
			if !ok || at < 0 || seen[name] {
				t.Fatalf("%s:%d: malformed or repeated case %q", f, n+1, line)
			}
			call, want := rest[:at], rest[at+len(" = "):]
			seen[name] = true
			cases++
			t.Run(filepath.Base(f)+"/"+name, func(t *testing.T) {
				t.Parallel()
				if got := answer(t, call); got != want {
					t.Errorf("%s:%d: %s\n got %s\nwant %s", f, n+1, call, got, want)
				}
			})
		}
	}
	if cases < least {
		t.Errorf("only %d cases", cases)
	}
}
