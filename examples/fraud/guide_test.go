package fraud

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// local is the configuration that replaces the guide's stores and sources by files.
const local = "feature_store-local.yaml"

// guideCommands are the commands of the guide, with truepoint for feast.
var guideCommands = []string{
	"apply",
	"materialize 2026-03-01T00:00:00 2026-03-12T00:00:00",
	"materialize-incremental 2026-03-12T00:00:00",
	"materialize-incremental 2026-03-12T00:00:00 --verbose",
	"materialize-incremental 2026-03-12T00:00:00 --feature-views user_transaction_features",
	"feature-views list",
}

// ownFiles names the directory that holds feature_repo, the guide's own repository, which is not part of this one.
const ownFiles = "TRUEPOINT_GUIDE"

// TestFilesOfTheGuideApplyUnchanged takes a repository of plain Feast definitions with tables of a warehouse, replaces
// the tables by files in a second configuration, and runs the guide's commands.
func TestFilesOfTheGuideApplyUnchanged(t *testing.T) {
	t.Parallel()
	made := t.TempDir()
	must(t, made, "truepoint init -t fraud --until 2026-03-12 .")
	for name, from := range map[string]string{
		"in our words": "testdata/guide",
		"its own":      filepath.Join(os.Getenv(ownFiles), "feature_repo"),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "its own" && os.Getenv(ownFiles) == "" {
				t.Skipf("the guide's own files are not part of this repository; %s names their directory", ownFiles)
			}
			dir := t.TempDir()
			for to, source := range map[string]string{".": from, "data": filepath.Join(made, "data")} {
				if err := os.CopyFS(filepath.Join(dir, to), os.DirFS(source)); err != nil {
					t.Fatal(err)
				}
			}
			b, err := os.ReadFile("testdata/guide/" + local)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, local), b, 0o600); err != nil {
				t.Fatal(err)
			}
			checkGuide(t, dir)
		})
	}
}

func checkGuide(t *testing.T, dir string) {
	if out, status := sh(t, dir, "truepoint validate"); status != 16 || !strings.Contains(out, "feature_store.yaml:") {
		t.Errorf("validate with the stores of a warehouse: got status %d and\n%swant 16 and their places", status, out)
	}
	prints(t, must(t, dir, "truepoint -f "+local+" validate"), `2 entities, 2 data sources, 2 feature views with 9 features, 1 feature service: no faults`)
	if out, status := sh(t, dir, "truepoint apply"); status != 16 || !strings.Contains(out, "sources:") {
		t.Errorf("apply to the stores of a warehouse: got status %d and\n%swant 16 and a hint at sources:", status, out)
	}
	var out strings.Builder
	for _, c := range guideCommands {
		out.WriteString(must(t, dir, "truepoint -f "+local+" "+c))
	}
	prints(t, out.String(),
		`^7 to create, 0 to update, 0 to delete; the whole is additive`,
		`^merchant_risk_features +complete +2026-03-01 +2026-03-12 +119,929 +2,003`,
		`^user_transaction_features +complete +2026-03-12 +2026-03-12`,
		`^watermark +2026-03-12T00:00:00Z`,
		`^user_transaction_features +user_id .* 7d +2026-03-12`)
	rows := strings.Split(guideTrainingSet, "\n")
	header := strings.Split(rows[0], ",")
	spine := ""
	for _, r := range rows[:5] {
		spine += strings.Join(strings.Split(r, ",")[:4], ",") + "\n"
	}
	if err := os.WriteFile(filepath.Join(dir, "spine.csv"), []byte(spine), 0o600); err != nil {
		t.Fatal(err)
	}
	features := ""
	for i, f := range header[4:] {
		view := "user_transaction_features"
		if i >= 4 {
			view = "merchant_risk_features"
		}
		features += " -f " + view + ":" + f
	}
	must(t, dir, "truepoint -f "+local+" get-historical-features --entities spine.csv --out train.csv"+features)
	if got := must(t, dir, "cat train.csv"); got != guideTrainingSet {
		t.Errorf("got the training set\n%swant\n%s", got, guideTrainingSet)
	}
	prints(t, must(t, dir, "truepoint -f "+local+" get-online-features -e user_id=user_001 -e merchant_id=merch_100 --service fraud_detection_v2 --at 2026-03-12T00:00:00"),
		`^transaction_count_7d +29 +PRESENT`, `^risk_score +0\.0338\d+ +PRESENT`)
}
