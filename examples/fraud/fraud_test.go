// Package fraud holds the walk-through of the guide's fraud-detection repository, and its tests.
package fraud

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/cli"
)

// TestMain puts this program on the PATH of the scripts under the name truepoint; called by that name, it is the product.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "truepoint" {
		os.Exit(cli.Run(context.Background(), &cli.Environment{
			Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Env: os.LookupEnv,
			Clock: func() eventtime.Instant { return eventtime.Instant(time.Now().UnixMicro()) },
		}))
	}
	os.Exit(runWithProduct(m))
}

func runWithProduct(m *testing.M) int {
	dir, err := os.MkdirTemp("", "truepoint-examples-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = install(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func install(dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.Symlink(self, filepath.Join(dir, "truepoint")); err != nil {
		return err
	}
	return os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// sh runs one bash command line in dir. It returns what was printed, and the exit status.
func sh(t *testing.T, dir, line string) (out string, status int) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "bash", "-c", "set -euo pipefail; "+line)
	c.Dir = dir
	c.Env = append(os.Environ(), "COLUMNS=100", "NO_COLOR=1")
	b, err := c.CombinedOutput()
	if c.ProcessState == nil {
		t.Fatalf("%s: %v", line, err)
	}
	return string(b), c.ProcessState.ExitCode()
}

// must is sh for a command line that has to end well.
func must(t *testing.T, dir, line string) string {
	t.Helper()
	out, status := sh(t, dir, line)
	if status != 0 {
		t.Fatalf("%s\nended with status %d:\n%s", line, status, out)
	}
	return out
}

// prints fails the test for every pattern that does not match out.
func prints(t *testing.T, out string, patterns ...string) {
	t.Helper()
	for _, p := range patterns {
		if !regexp.MustCompile("(?m)" + p).MatchString(out) {
			t.Errorf("no line is like %s", p)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// guideTrainingSet is what the guide's four labelled payments are answered with: the history depends on the date alone.
const guideTrainingSet = `user_id,merchant_id,event_timestamp,label,transaction_count_7d,transaction_amount_avg_7d,transaction_amount_max_7d,unique_merchants_7d,chargeback_rate_30d,risk_score
user_001,merch_100,2026-03-01T10:00:00Z,0,28,77989.29,480200.0,27,0.004878049,0.042105265
user_002,merch_200,2026-03-02T14:30:00Z,1,13,27084.615,85200.0,13,0.0028708135,0.029493088
user_003,merch_100,2026-03-03T09:15:00Z,0,12,23325.0,48900.0,12,0.004352031,0.037950665
user_001,merch_300,2026-03-05T16:45:00Z,1,19,62826.316,147300.0,19,0.0065717413,0.058761805
`

func TestWalkThroughTheGuide(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "fraud")
	prints(t, must(t, ".", "./walk.sh "+dir),
		`^8 to create, 0 to update, 0 to delete; the whole is additive`,
		`^applied as revision 1`,
		`^user_transaction_features +complete +2026-03-01 +2026-03-12 +749,945`,
		`^transaction_count_7d +29 +PRESENT +2026-03-12`,
		`^transaction_count_7d +null +OUTSIDE_MAX_AGE +2026-03-12`,
		`^risk_score +0\.\d+ +PRESENT +2026-03-12`,
		`row [\d,]+ of data/user_transaction_features.parquet$`,
		`^transaction_count_7d +30 +PRESENT +2026-03-12 09:30`,
		`row 1 of data/user_transaction_features.parquet.d/part-`,
		`^offline and online agree`,
		`^wrote 50,000 rows with 13 columns to train.parquet`,
		`^leaks: [\d,]+ of 450,000 cells`)
	if got := must(t, dir, "cat guide_training.csv"); got != guideTrainingSet {
		t.Errorf("got the training set\n%swant\n%s", got, guideTrainingSet)
	}
	t.Run("ChangingTheFormOfTheDefinitionsChangesNothing", func(t *testing.T) {
		if err := os.RemoveAll(filepath.Join(dir, "features")); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(filepath.Join(dir, "features"), os.DirFS("../../internal/sample/templates/fraud/python")); err != nil {
			t.Fatal(err)
		}
		prints(t, must(t, dir, "truepoint plan --detailed-exitcode"), `nothing to change`)
	})
}

// TestReadmesOfInitHoldCommandsThatRun runs every command of the README of a repository, but for the server.
func TestReadmesOfInitHoldCommandsThatRun(t *testing.T) {
	t.Parallel()
	for name, init := range map[string]string{
		"minimal":             "-t minimal",
		"minimal to a date":   "-t minimal --until 2026-03-12",
		"fraud":               "-t fraud",
		"fraud in Python":     "-t fraud --definitions python --until 2026-03-12",
		"minimal, from Feast": "-m",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			must(t, dir, "truepoint init "+init+" r")
			dir = filepath.Join(dir, "r")
			b, err := os.ReadFile(filepath.Join(dir, "README.md"))
			if err != nil {
				t.Fatal(err)
			}
			var out string
			lines := slices.DeleteFunc(strings.Split(string(b), "\n"), func(l string) bool {
				return !strings.HasPrefix(l, "    truepoint ") || strings.Contains(l, " serve")
			})
			if len(lines) < 3 {
				t.Fatalf("the README has %d commands:\n%s", len(lines), b)
			}
			for _, l := range lines {
				out += must(t, dir, strings.TrimSpace(l)+" </dev/null")
			}
			prints(t, out, `PRESENT`)
		})
	}
}
