package postgresonline

import (
	"bytes"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
)

const table = "p/v/1"

func opened(t *testing.T) *Driver {
	t.Helper()
	d, err := Open(t.Context(), postgrestest.New(t).Address, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func numbered(t *testing.T, count int, event eventtime.Instant, payload string) []online.Cell {
	out := make([]online.Cell, count)
	for i := range out {
		out[i] = online.Cell{Key: onlinetest.IntKey(t, int64(i)), Row: onlinetest.Row(t, onlinetest.At(event), payload)}
	}
	return out
}

// stored returns the rows of cells' keys.
func stored(t *testing.T, d *Driver, cells []online.Cell) [][]byte {
	t.Helper()
	item := online.TableKeys{Table: table, Rows: make([][]byte, len(cells))}
	for _, c := range cells {
		item.Keys = append(item.Keys, c.Key)
	}
	if err := d.GetBatch(t.Context(), []online.TableKeys{item}); err != nil {
		t.Fatal(err)
	}
	return item.Rows
}

func TestLoadOfNewKeysStoresThemAll(t *testing.T) {
	t.Parallel()
	d := opened(t)
	cells := numbered(t, 2*statementCellsMax+1, 5, "payload")
	cells[7].Row = onlinetest.Row(t, onlinetest.At(5), "")
	for _, want := range []online.PutResult{{Written: int64(len(cells))}, {Superseded: int64(len(cells))}} {
		if got, err := d.PutBatch(t.Context(), table, cells); err != nil || got != want {
			t.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
	}
	for i, row := range stored(t, d, cells) {
		if !bytes.Equal(row, cells[i].Row) {
			t.Fatalf("row %d is %x, want %x", i, row, cells[i].Row)
		}
	}
}

func TestVacantAsksForTheKeysFromTheFirstToTheLast(t *testing.T) {
	t.Parallel()
	d := opened(t)
	cells := numbered(t, 9, 5, "payload")
	for _, c := range []struct {
		name string
		keys []online.Cell
		want bool
	}{
		{"of a table that is not there", cells, true},
		{"before", cells[:4], true},
		{"up to the key", cells[:5], false},
		{"around", cells[3:6], false},
		{"from the key on", cells[4:], false},
		{"behind", cells[5:], true},
	} {
		if got, err := d.vacant(t.Context(), table, c.keys); err != nil || got != c.want {
			t.Errorf("%s: got %t, %v, want %t", c.name, got, err, c.want)
		}
		if _, err := d.put(t.Context(), table, cells[4:5]); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLoadThatMeetsAKeyKeepsTheGreaterRow(t *testing.T) {
	t.Parallel()
	d := opened(t)
	older, newer := numbered(t, 9, 5, "older"), numbered(t, 9, 6, "newer")
	if _, err := d.put(t.Context(), table, newer[4:5]); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		cells   []online.Cell
		written int64
	}{
		{"older rows around a newer one", older, 8},
		{"newer rows over older ones", newer, 8},
		{"the same again", newer, 0},
	} {
		if n, err := d.load(t.Context(), table, c.cells); err != nil || n != c.written {
			t.Errorf("%s: got %d written, %v, want %d", c.name, n, err, c.written)
		}
		if row := stored(t, d, c.cells)[4]; !bytes.Equal(row, newer[4].Row) {
			t.Errorf("%s: the row is %x, want %x", c.name, row, newer[4].Row)
		}
	}
}
