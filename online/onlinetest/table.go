package onlinetest

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/online"
)

func (s *suite) scanTests() []test {
	return []test{
		{"MissingTableHasNoCells", func(t *testing.T, d online.Driver) {
			if got := scan(t, d, "p/none/1"); len(got) != 0 {
				t.Errorf("got %d cells, want none", len(got))
			}
		}},
		{"AscendingKeyOrderOfOneTable", scanOrder},
		{"StopsWhenToldTo", scanStops},
		{"CellsMayBeWrittenMeanwhile", scanWhileWriting},
	}
}

func scanOrder(t *testing.T, d online.Driver) {
	cells := series(t, -300, 600, 20, At(5))
	put(t, d, "p/v/1", cells[400:]...)
	put(t, d, "p/v/1", cells[:400]...)
	put(t, d, "p/v/2", series(t, 5000, 5, 20, At(5))...)
	put(t, d, "p/u/1", series(t, -5000, 5, 20, At(5))...)
	got := scan(t, d, "p/v/1")
	if len(got) != len(cells) {
		t.Fatalf("got %d cells, want %d", len(got), len(cells))
	}
	for i := range got {
		if !bytes.Equal(got[i].Key, cells[i].Key) || !bytes.Equal(got[i].Row, cells[i].Row) {
			t.Fatalf("cell %d: got key %x, want %x", i, got[i].Key, cells[i].Key)
		}
	}
}

func scanStops(t *testing.T, d online.Driver) {
	put(t, d, "p/v/1", series(t, 0, 100, 20, At(5))...)
	n := 0
	err := d.Scan(context.Background(), "p/v/1", func(online.Cell) bool { n++; return n < 7 })
	if err != nil || n != 7 {
		t.Errorf("yield was called %d times, error %v; want 7 and none", n, err)
	}
}

func scanWhileWriting(t *testing.T, d online.Driver) {
	put(t, d, "p/v/1", series(t, 0, 100, 20, At(5))...)
	n, last := 0, []byte(nil)
	err := d.Scan(context.Background(), "p/v/1", func(c online.Cell) bool {
		if bytes.Compare(last, c.Key) >= 0 {
			t.Errorf("key %x comes after %x", c.Key, last)
		}
		last = bytes.Clone(c.Key)
		if n%20 == 0 {
			put(t, d, "p/v/1", series(t, int64(1000+n), 10, 20, At(6))...)
			get(t, d, "p/v/1", c.Key)
		}
		n++
		return true
	})
	if err != nil || n < 100 {
		t.Errorf("got %d cells, error %v; want at least the 100 that were there", n, err)
	}
}

func (s *suite) tableTests() []test {
	return []test{
		{"NamesInOrder", tablesInOrder},
		{"AnyNameWithinTheBound", tablesAnyName},
		{"DropRemovesOneTable", dropOne},
		{"DropOfAMissingTable", func(t *testing.T, d online.Driver) {
			if err := d.Drop(context.Background(), "p/none/1"); err != nil {
				t.Errorf("got %v, want no error", err)
			}
		}},
		{"DroppedTableStartsAnew", dropStartsAnew},
	}
}

func wantTables(t *testing.T, d online.Driver, want ...string) {
	t.Helper()
	got, err := d.Tables(context.Background())
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Tables: got %q, %v; want %q", got, err, want)
	}
}

func tablesInOrder(t *testing.T, d online.Driver) {
	wantTables(t, d)
	for _, name := range []string{"p/v/2", "q/a/1", "p/v/10", "p/v/1", "p/u/1"} {
		put(t, d, name, series(t, 0, 2, 10, At(1))...)
	}
	wantTables(t, d, "p/u/1", "p/v/1", "p/v/10", "p/v/2", "q/a/1")
}

func tablesAnyName(t *testing.T, d online.Driver) {
	names := []string{"a\x00b", "p/v'; DROP TABLE x;--/1", "p/V/1", "p/v/1", "p/v/1 ", "q\"`[]%_", "ü/ö/1", strings.Repeat("n", online.TableBytesMax)}
	slices.Sort(names)
	for i, name := range names {
		put(t, d, name, online.Cell{Key: Key(t, "k"), Row: Row(t, At(1), strings.Repeat("r", i))})
	}
	wantTables(t, d, names...)
	for i, name := range names {
		wantRow(t, d, name, online.Cell{Key: Key(t, "k"), Row: Row(t, At(1), strings.Repeat("r", i))})
	}
}

func dropOne(t *testing.T, d online.Driver) {
	cells := series(t, 0, 50, 20, At(5))
	for _, name := range []string{"p/v/1", "p/v/2", "p/v/3"} {
		put(t, d, name, cells...)
	}
	if err := d.Drop(context.Background(), "p/v/2"); err != nil {
		t.Fatal(err)
	}
	wantTables(t, d, "p/v/1", "p/v/3")
	if got := scan(t, d, "p/v/2"); len(got) != 0 {
		t.Errorf("the dropped table has %d cells", len(got))
	}
	if got := get(t, d, "p/v/2", cells[7].Key)[0]; got != nil {
		t.Errorf("the dropped table has %s", describe(got))
	}
	for _, name := range []string{"p/v/1", "p/v/3"} {
		if got := scan(t, d, name); len(got) != len(cells) {
			t.Errorf("%s has %d cells, want %d", name, len(got), len(cells))
		}
	}
}

func dropStartsAnew(t *testing.T, d online.Driver) {
	put(t, d, "p/v/1", series(t, 0, 50, 20, At(9))...)
	if err := d.Drop(context.Background(), "p/v/1"); err != nil {
		t.Fatal(err)
	}
	older := series(t, 0, 10, 20, At(2))
	wantCounts(t, put(t, d, "p/v/1", older...), 10, 0)
	for _, c := range older {
		wantRow(t, d, "p/v/1", c)
	}
	if got := scan(t, d, "p/v/1"); len(got) != len(older) {
		t.Errorf("got %d cells, want %d", len(got), len(older))
	}
}
