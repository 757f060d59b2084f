package redisonline_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/online/redisonline"
)

// cells returns count cells of ascending keys with the given event time.
func cells(t testing.TB, count int, event int64, payload string) []online.Cell {
	t.Helper()
	out := make([]online.Cell, count)
	for i := range out {
		out[i] = online.Cell{Key: onlinetest.IntKey(t, int64(i)), Row: onlinetest.Row(t, versionAt(event), payload)}
	}
	return out
}

func put(t testing.TB, d online.Driver, table string, cells []online.Cell) online.PutResult {
	t.Helper()
	r, err := d.PutBatch(context.Background(), table, cells)
	if err != nil {
		t.Fatalf("PutBatch(%q, %d cells): %v", table, len(cells), err)
	}
	return r
}

// request asks for the keys of cells in several tables.
func request(cells []online.Cell, tables ...string) []online.TableKeys {
	keys := make([][]byte, len(cells))
	for i := range cells {
		keys[i] = cells[i].Key
	}
	out := make([]online.TableKeys, len(tables))
	for i, name := range tables {
		out[i] = online.TableKeys{Table: name, Keys: keys, Rows: make([][]byte, len(keys))}
	}
	return out
}

func tables(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("p/v%d/1", i)
	}
	return out
}

func TestAReadingIsOneRoundTripToEachShard(t *testing.T) {
	t.Parallel()
	for name, topology := range map[string]redisonline.Topology{redistest.Single: redisonline.Single, redistest.Cluster: redisonline.Cluster} {
		address := redistest.Address(t, name)
		var count redistest.Counter
		prefix := redistest.Prefix()
		d := open(t, topology, address, &redisonline.Options{Prefix: prefix, Dial: count.Dial})
		t.Cleanup(func() { wipe(t, d) })
		stored := cells(t, 40, 5, "payload")
		for _, table := range tables(5) {
			put(t, d, table, stored)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		asked := request(stored, tables(5)...)
		for range 3 { // the first one opens connections
			count.Reset()
			if err := d.GetBatch(ctx, asked); err != nil {
				t.Fatal(err)
			}
		}
		trips := count.Trips()
		if want := map[redisonline.Topology]int{redisonline.Single: 1, redisonline.Cluster: 3}[topology]; len(trips) != want {
			t.Errorf("%s: %d servers were asked, want %d", topology, len(trips), want)
		}
		for server, n := range trips {
			if n != 1 {
				t.Errorf("%s: server %s was asked %d times", topology, server, n)
			}
		}
		for _, item := range asked {
			for i, row := range item.Rows {
				if string(row) != string(stored[i].Row) {
					t.Fatalf("%s: row %d of %s is %x", topology, i, item.Table, row)
				}
			}
		}
	}
}

func TestARowThatIsReadCostsTwoAllocationsAtMost(t *testing.T) {
	for name, topology := range map[string]redisonline.Topology{redistest.Single: redisonline.Single, redistest.Cluster: redisonline.Cluster} {
		address := redistest.Address(t, name)
		d := shared(t, topology, address)
		stored := cells(t, 200, 5, "payload")
		for _, table := range tables(5) {
			put(t, d, table, stored)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		asked := request(stored, tables(5)...)
		got := testing.AllocsPerRun(20, func() {
			if err := d.GetBatch(ctx, asked); err != nil {
				t.Fatal(err)
			}
		})
		cancel()
		t.Logf("%s: %.2f allocations a row", topology, got/1000)
		if got > 2*1000 {
			t.Errorf("%s: %.0f allocations for 1,000 rows", topology, got)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Braces in tables and keys would choose a shard if keys began otherwise.
func TestACellsShardIsChosenByItsWholeKey(t *testing.T) {
	t.Parallel()
	d := shared(t, redisonline.Cluster, redistest.Address(t, redistest.Cluster))
	const table = "p/{one}/1"
	stored := make([]online.Cell, 600)
	for i := range stored {
		stored[i] = online.Cell{Key: onlinetest.Key(t, fmt.Sprintf("{same}%04d", i)), Row: onlinetest.Row(t, versionAt(1), "r")}
	}
	put(t, d, table, stored)
	var least = len(stored)
	for _, n := range d.CellsByShard(t.Context(), table) {
		least = min(least, n)
	}
	if least < len(stored)/6 {
		t.Errorf("a shard has %d of %d cells", least, len(stored))
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}
