// Package fraud holds the walk-through of the guide's fraud-detection repository, and its test.
package fraud

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// walk builds the binary and runs walk.sh with it on the PATH. It returns the repository and what the script printed.
func walk(t *testing.T) (dir, out string) {
	t.Helper()
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "truepoint"), "../../cmd/truepoint")
	if b, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, b)
	}
	dir = filepath.Join(t.TempDir(), "fraud")
	c := exec.CommandContext(t.Context(), "bash", "walk.sh", dir)
	c.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "COLUMNS=100", "NO_COLOR=1")
	b, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("walk.sh: %v\n%s", err, b)
	}
	return dir, string(b)
}

func TestWalkThroughTheGuide(t *testing.T) {
	t.Parallel()
	dir, out := walk(t)
	for _, want := range []string{
		`7 to create, 0 to update, 0 to delete; the whole is additive`,
		`applied as revision 1`,
		`(?m)^user_transaction_features +complete +2026-03-01 +2026-03-12 +749,945`,
		`(?m)^user_001,merch_100,2026-03-01T10:00:00Z,0,\d+,`,
		`(?m)^transaction_count_7d +\d+ +PRESENT +2026-03-12`,
		`(?m)^risk_score +0\.\d+ +PRESENT +2026-03-12`,
		`row [\d,]+ of data/user_transaction_features.parquet`,
		`offline and online agree`,
		`wrote 50,000 rows with 13 columns to train.parquet`,
		`leaks: [\d,]+ of 450,000 cells`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("the walk-through does not print %s", want)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "guide_training.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) != 5 {
		t.Fatalf("the guide's four rows gave %d lines", len(lines))
	}
	for _, l := range lines[1:] {
		if cells := strings.Split(l, ","); len(cells) != 10 || strings.Contains(l, ",,") {
			t.Errorf("a row of the guide lacks values: %s", l)
		}
	}
}
