package onlinetest

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/online"
)

func (s *suite) getTests() []test {
	return []test{
		{"NothingAskedIsNotAnError", getNothing},
		{"MissingTableHasNoRows", getMissingTable},
		{"MissingKeyIsNil", getMissingKey},
		{"SeveralTablesInOneCall", getSeveralTables},
		{"OrderAndDuplicatesAreKept", getOrder},
		{"RowsBelongToTheCaller", getOwnership},
		{"StaleRowsOfTheCallerAreOverwritten", getOverwrites},
		{"KeysAreNotRetained", getKeysNotRetained},
		{"KeysThatPrefixEachOther", getPrefixes},
		{"ManyKeys", getMany},
	}
}

func getNothing(t *testing.T, d online.Driver) {
	if err := d.GetBatch(context.Background(), nil); err != nil {
		t.Errorf("GetBatch(nil): %v", err)
	}
	if err := d.GetBatch(context.Background(), []online.TableKeys{{Table: "p/v/1"}}); err != nil {
		t.Errorf("GetBatch of a table without keys: %v", err)
	}
}

func getMissingTable(t *testing.T, d online.Driver) {
	if got := get(t, d, "p/none/1", Key(t, "a"))[0]; got != nil {
		t.Errorf("got %s, want no row", describe(got))
	}
}

func getMissingKey(t *testing.T, d online.Driver) {
	put(t, d, "p/v/1", online.Cell{Key: Key(t, "b"), Row: Row(t, At(1), "b")})
	rows := get(t, d, "p/v/1", Key(t, "a"), Key(t, "b"), Key(t, "c"), Key(t, ""))
	if rows[0] != nil || rows[1] == nil || rows[2] != nil || rows[3] != nil {
		t.Errorf("keys a, b, c and the empty string: got %s, %s, %s, %s; want only b", describe(rows[0]), describe(rows[1]), describe(rows[2]), describe(rows[3]))
	}
}

func getSeveralTables(t *testing.T, d online.Driver) {
	k := Key(t, "k")
	one, two := Row(t, At(1), "one"), Row(t, At(2), "two")
	put(t, d, "p/one/1", online.Cell{Key: k, Row: one})
	put(t, d, "p/two/1", online.Cell{Key: k, Row: two})
	items := []online.TableKeys{
		{Table: "p/two/1", Keys: [][]byte{k}, Rows: make([][]byte, 1)},
		{Table: "p/none/1", Keys: [][]byte{k, k}, Rows: make([][]byte, 2)},
		{Table: "p/one/1", Keys: [][]byte{k}, Rows: make([][]byte, 1)},
		{Table: "p/two/1", Keys: [][]byte{k}, Rows: make([][]byte, 1)},
	}
	if err := d.GetBatch(context.Background(), items); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]byte{two, nil, one, two} {
		if got := items[i].Rows[0]; !bytes.Equal(got, want) {
			t.Errorf("item %d (%s): got %s, want %s", i, items[i].Table, describe(got), describe(want))
		}
	}
}

func getOrder(t *testing.T, d online.Driver) {
	cells := series(t, 0, 40, 30, At(5))
	put(t, d, "p/v/1", cells...)
	var keys [][]byte
	var want [][]byte
	for _, n := range []int{39, 3, 3, 17, 0, 39, 3} {
		keys, want = append(keys, cells[n].Key), append(want, cells[n].Row)
	}
	for i, got := range get(t, d, "p/v/1", keys...) {
		if !bytes.Equal(got, want[i]) {
			t.Errorf("row %d: got %s, want that of its key", i, describe(got))
		}
	}
}

func getOwnership(t *testing.T, d online.Driver) {
	c := online.Cell{Key: Key(t, "k"), Row: Row(t, At(1), "text")}
	put(t, d, "p/v/1", c)
	rows := get(t, d, "p/v/1", c.Key, c.Key)
	clear(rows[0][:cap(rows[0])])
	if !bytes.Equal(rows[1], c.Row) {
		t.Error("two answers for one key share bytes")
	}
	wantRow(t, d, "p/v/1", c)
}

func getOverwrites(t *testing.T, d online.Driver) {
	rows := [][]byte{[]byte("stale")}
	err := d.GetBatch(context.Background(), []online.TableKeys{{Table: "p/v/1", Keys: [][]byte{Key(t, "k")}, Rows: rows}})
	if err != nil || rows[0] != nil {
		t.Errorf("got %q, %v; want nil for a missing key whatever Rows held before", rows[0], err)
	}
}

func getKeysNotRetained(t *testing.T, d online.Driver) {
	c := online.Cell{Key: Key(t, "k"), Row: Row(t, At(1), "text")}
	put(t, d, "p/v/1", c)
	k := bytes.Clone(c.Key)
	get(t, d, "p/v/1", k)
	clear(k)
	wantRow(t, d, "p/v/1", c)
}

func getPrefixes(t *testing.T, d online.Driver) {
	var cells []online.Cell
	for _, k := range []string{"", "\x00", "\x00\x00", "\x00\xff", "a", "a\x00", "ab", "\xff", "\xff\xff"} {
		// Raw bytes: drivers must not read meaning into keys.
		cells = append(cells, online.Cell{Key: []byte("\x01" + k), Row: Row(t, At(1), k)})
	}
	put(t, d, "p/v/1", cells...)
	put(t, d, "p/v/12", online.Cell{Key: cells[0].Key, Row: Row(t, At(1), "another table")})
	for _, c := range cells {
		wantRow(t, d, "p/v/1", c)
	}
	if got := scan(t, d, "p/v/1"); len(got) != len(cells) {
		t.Errorf("scan: got %d cells, want %d", len(got), len(cells))
	}
}

func getMany(t *testing.T, d online.Driver) {
	cells := series(t, -1500, 3000, 20, At(9))
	put(t, d, "p/v/1", cells...)
	keys := make([][]byte, 0, 2*len(cells))
	for i := range cells {
		keys = append(keys, cells[len(cells)-1-i].Key, Key(t, strings.Repeat("m", i%7)))
	}
	for i, got := range get(t, d, "p/v/1", keys...) {
		switch {
		case i%2 == 1 && got != nil:
			t.Fatalf("key %d: got %s, want no row", i, describe(got))
		case i%2 == 0 && !bytes.Equal(got, cells[len(cells)-1-i/2].Row):
			t.Fatalf("key %d: got %s, want the row of that key", i, describe(got))
		}
	}
}
