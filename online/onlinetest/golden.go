package onlinetest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// Dump returns every table and cell of a driver as text, in order: "table name" and "key row" in hexadecimal.
func Dump(t testing.TB, d online.Driver) string {
	t.Helper()
	names, err := d.Tables(context.Background())
	if err != nil {
		t.Fatalf("Tables: %v", err)
	}
	var out bytes.Buffer
	for _, name := range names {
		fmt.Fprintf(&out, "table %q\n", name)
		for _, c := range scan(t, d, name) {
			fmt.Fprintf(&out, "%x %x\n", c.Key, c.Row)
		}
	}
	return out.String()
}

// CheckGolden compares everything in d with the golden file at path. Formats on disk are kept by it: the directory
// beside the golden file was written by the release that made it, and must be read for ever.
func CheckGolden(t *testing.T, d online.Driver, path string) {
	t.Helper()
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := Dump(t, d); got != string(want) {
		t.Errorf("the store read back differs from %s:\n%s", path, got)
	}
}

// FillFixture writes what the fixtures of disk formats hold: several tables, keys of every shape, superseded rows,
// tombstones, and a table that was dropped. between, if not nil, runs between its two halves.
func FillFixture(t testing.TB, d online.Driver, between func()) {
	t.Helper()
	put(t, d, "fraud/gone/1", series(t, 0, 5, 20, At(1))...)
	put(t, d, "fraud/user_features/1", series(t, -10, 40, 20, value.Version{Event: 1_700_000_000_000_000, Created: 1_700_000_000_000_001, Snapshot: 1_700_000_000_000_002})...)
	if err := d.Drop(context.Background(), "fraud/gone/1"); err != nil {
		t.Fatal(err)
	}
	if between != nil {
		between()
	}
	put(t, d, "fraud/user_features/1", series(t, 0, 10, 5, At(1_700_000_000_000_000))...)
	put(t, d, "fraud/user_features/1", series(t, 20, 5, 5, At(1_700_000_000_000_009))...)
	put(t, d, "fraud/user_features/2", online.Cell{Key: IntKey(t, 7), Row: value.AppendTombstone(nil, At(eventtime.Min))})
	for _, text := range []string{"", "user_001", "naïve", "a\x00b"} {
		put(t, d, "fraud/merchant_features/1", online.Cell{Key: Key(t, text), Row: Row(t, At(1<<53+1), "payload of "+text)})
	}
}
