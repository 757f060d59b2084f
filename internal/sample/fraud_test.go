package sample

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// guideDate is 2026-03-12T00:00:00Z.
const guideDate eventtime.Instant = 1773273600 * 1e6

func TestFraudHistoryHasWhatItPromises(t *testing.T) {
	t.Parallel()
	h := newFraudHistory(guideDate)
	if len(h.users) != 20003 || len(h.merchants) != 2003 {
		t.Fatalf("got %d users and %d merchants, want 20003 and 2003", len(h.users), len(h.merchants))
	}
	for _, name := range []string{"user_001", "user_002", "user_003", "user_0001", "user_20000"} {
		if !slices.Contains(h.users, name) {
			t.Errorf("there is no %s", name)
		}
	}
	for _, name := range []string{"merch_100", "merch_200", "merch_300", "merch_0001", "merch_2000"} {
		if !slices.Contains(h.merchants, name) {
			t.Errorf("there is no %s", name)
		}
	}
	for _, p := range h.transactions {
		if p.at < h.start || p.at >= h.end || p.created < p.at {
			t.Fatalf("payment at %s, created %s, is outside %s to %s or known before it happened", p.at, p.created, h.start, h.end)
		}
	}
	spine := h.spine()
	if spine.Rows != fraudSpineRows {
		t.Fatalf("the spine has %d rows, want %d", spine.Rows, fraudSpineRows)
	}
	for i, g := range guideRows() {
		got := []value.Value{spine.Columns[0].At(i), spine.Columns[1].At(i), spine.Columns[2].At(i), spine.Columns[3].At(i)}
		want := []value.Value{value.OfString(g.user), value.OfString(g.merchant), value.OfInstant(g.at), value.OfInt64(g.label)}
		for j := range want {
			if !got[j].Identical(want[j]) {
				t.Errorf("spine row %d, column %s: got %v, want %v", i, spine.Names[j], got[j], want[j])
			}
		}
	}
	labels := 0
	for i := range spine.Rows {
		labels += int(spine.Column("label").At(i).Int())
	}
	if labels < 1000 || labels > 25000 {
		t.Errorf("%d of %d spine rows are labelled fraud", labels, spine.Rows)
	}
}

func TestUserRowsHaveLateCorrectedAndNullOnes(t *testing.T) {
	t.Parallel()
	h := newFraudHistory(guideDate)
	rows := h.userRows()
	type key struct {
		user  int32
		event eventtime.Instant
	}
	late, corrected, nulls := 0, 0, 0
	seen := map[key]bool{}
	for _, r := range rows {
		if r.created < r.event || r.event > h.end {
			t.Fatalf("row of event %s was created %s", r.event, r.created)
		}
		if r.created.Sub(r.event) >= eventtime.Day {
			late++
		}
		if !r.gapKnown {
			nulls++
		}
		if seen[key{r.user, r.event}] {
			corrected++
		}
		seen[key{r.user, r.event}] = true
	}
	t.Logf("%d rows: %d late, %d corrected, %d with a null", len(rows), late, corrected, nulls)
	for name, share := range map[string]float64{"late": float64(late), "corrected": float64(corrected), "null": float64(nulls)} {
		if share/float64(len(rows)) < 0.003 {
			t.Errorf("only %.0f of %d rows are %s", share, len(rows), name)
		}
	}
}

func TestMerchantRowsHaveLateAndNullOnes(t *testing.T) {
	t.Parallel()
	b := newFraudHistory(guideDate).merchantTable()
	late, nulls := 0, 0
	for i := range b.Rows {
		if b.Column("created_timestamp").At(i).Instant().Sub(b.Column("event_timestamp").At(i).Instant()) >= eventtime.Day {
			late++
		}
		if b.Column("risk_score").Null(i) {
			nulls++
		}
	}
	t.Logf("%d rows: %d late, %d with a null", b.Rows, late, nulls)
	if late < b.Rows/100 || nulls < b.Rows/100 {
		t.Errorf("of %d rows only %d are late and %d have a null", b.Rows, late, nulls)
	}
}

func TestInitDependsOnTheDateAlone(t *testing.T) {
	t.Parallel()
	dirs := []string{t.TempDir(), t.TempDir()}
	for _, d := range dirs {
		if err := Init(t.Context(), d, &Options{Template: "fraud", Until: guideDate + 12345, Fixed: true, Definitions: "yaml"}); err != nil {
			t.Fatal(err)
		}
	}
	var total int
	for _, name := range []string{"data/transactions.parquet", "data/user_transaction_features.parquet", "data/merchant_statistics.parquet", "data/training_spine.parquet", "README.md"} {
		a, err := os.ReadFile(filepath.Join(dirs[0], name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dirs[1], name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs between two runs for one date", name)
		}
		total += len(a)
	}
	if total > 100<<20 {
		t.Errorf("the repository has %d bytes", total)
	}
	t.Logf("%d bytes", total)
}

func TestInitRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ok := Options{Template: "minimal", Until: guideDate, Definitions: "yaml"}
	if err := Init(t.Context(), dir, &ok); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		opt  Options
		want errs.Code
	}{
		"an existing repository": {ok, errs.AlreadyExists},
		"an unknown template":    {Options{Template: "fruad", Until: guideDate, Definitions: "yaml"}, errs.InvalidArgument},
		"an unknown form":        {Options{Template: "minimal", Until: guideDate, Definitions: "python"}, errs.InvalidArgument},
		"a date without history": {Options{Template: "fraud", Until: eventtime.Min, Definitions: "yaml"}, errs.InvalidArgument},
	} {
		if err := Init(t.Context(), dir, &c.opt); errs.CodeOf(err) != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

func TestInitThatFailsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "flights")
	opt := &Options{Template: "flights", Until: guideDate, Definitions: "yaml", Package: filepath.Join(t.TempDir(), "none.tar.gz")}
	if err := Init(t.Context(), dir, opt); errs.CodeOf(err) != errs.NotFound {
		t.Errorf("a package that is not there: got %v, want not_found", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the directory is there: %v", err)
	}
}
