package onlinetest

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// RunExpirer checks what a driver with the ability online.Expirer promises. open returns an empty store, closed by the
// test itself.
func RunExpirer(t *testing.T, open func(*testing.T) online.Driver) {
	t.Helper()
	for name, member := range map[string]func(*testing.T, online.Driver){
		"RemovesWhatIsStillTheSame": expireSame, "NothingOfAnotherTable": expireElsewhere,
		"RemovedCellTakesAnyRow": expireThenOlder, "NeverTakesAWriteThatRaces": expireRace,
		"GreatRowsAndManyCells": expireGreat, "CancelledAndClosedRemoveNothing": expireEnded,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			defer d.Close()
			member(t, d)
		})
	}
}

const expireTable = "p/v/1"

// deleted returns n cells of one event time.
func deleted(t *testing.T, event eventtime.Instant, n int) []online.Cell {
	t.Helper()
	out := make([]online.Cell, n)
	for i := range out {
		out[i] = online.Cell{Key: IntKey(t, int64(i)), Row: value.AppendTombstone(nil, At(event))}
	}
	return out
}

func mustPut(t *testing.T, d online.Driver, cells []online.Cell) {
	t.Helper()
	if _, err := d.PutBatch(t.Context(), expireTable, cells); err != nil {
		t.Fatal(err)
	}
}

func wantExpired(t *testing.T, d online.Driver, table string, cells []online.Cell, want int64) {
	t.Helper()
	if n, err := d.(online.Expirer).Expire(t.Context(), table, cells); err != nil || n != want {
		t.Errorf("Expire of %d cells of %s: %d, %v, want %d", len(cells), table, n, err, want)
	}
}

func scanned(t *testing.T, d online.Driver, table string) map[string]string {
	t.Helper()
	out := map[string]string{}
	if err := d.Scan(t.Context(), table, func(c online.Cell) bool { out[string(c.Key)] = string(c.Row); return true }); err != nil {
		t.Fatal(err)
	}
	return out
}

func expireSame(t *testing.T, d online.Driver) {
	old := deleted(t, 1, 1000)
	mustPut(t, d, old)
	mustPut(t, d, deleted(t, 2, 1000)[400:500])
	wantExpired(t, d, expireTable, old, 900)
	wantExpired(t, d, expireTable, old, 0)
	wantExpired(t, d, expireTable, nil, 0)
	left := scanned(t, d, expireTable)
	if len(left) != 100 || left[string(old[400].Key)] == "" || left[string(old[399].Key)] != "" {
		t.Errorf("%d cells are left, want the 100 newer ones", len(left))
	}
	item := []online.TableKeys{{Table: expireTable, Keys: [][]byte{old[0].Key, old[450].Key}, Rows: make([][]byte, 2)}}
	if err := d.GetBatch(t.Context(), item); err != nil || item[0].Rows[0] != nil || item[0].Rows[1] == nil {
		t.Errorf("read %v, %v", item[0].Rows, err)
	}
	wantExpired(t, d, expireTable, deleted(t, 2, 1000)[400:500], 100)
	if _, forgets := d.(online.Keeper); forgets {
		return // a backend that forgets cells by itself may list their table
	}
	if names, err := d.Tables(t.Context()); err != nil || len(names) != 0 {
		t.Errorf("tables %v, %v: one without cells is none", names, err)
	}
}

func expireElsewhere(t *testing.T, d online.Driver) {
	cells := deleted(t, 1, 10)
	mustPut(t, d, cells)
	wantExpired(t, d, "p/v/2", cells, 0)
	if n := len(scanned(t, d, expireTable)); n != 10 {
		t.Errorf("%d cells are left, want 10", n)
	}
}

func expireThenOlder(t *testing.T, d online.Driver) {
	cells := deleted(t, 5, 3)
	mustPut(t, d, cells)
	wantExpired(t, d, expireTable, cells, 3)
	older := deleted(t, 4, 3)
	mustPut(t, d, older)
	if got := scanned(t, d, expireTable); len(got) != 3 || got[string(older[0].Key)] != string(older[0].Row) {
		t.Errorf("stored %v, want the rows that came later", got)
	}
}

// expireGreat removes cells of several statements or pipelines, among them rows whose ends alone differ.
func expireGreat(t *testing.T, d online.Driver) {
	size := min(300<<10, rowBytes(d))
	cells := series(t, 0, 40, size, At(5))
	put(t, d, expireTable, cells...)
	other := make([]online.Cell, len(cells))
	for i, c := range cells {
		other[i] = online.Cell{Key: c.Key, Row: bytes.Clone(c.Row)}
		if i%2 == 0 {
			other[i].Row[len(c.Row)-1] ^= 1
		}
	}
	wantExpired(t, d, expireTable, other, 20)
	if got := scanned(t, d, expireTable); len(got) != 20 || got[string(cells[0].Key)] != string(cells[0].Row) {
		t.Errorf("%d cells are left, want the 20 whose rows were others", len(got))
	}
	many := deleted(t, 7, bigCount(d)/4)
	put(t, d, "p/many/1", many...)
	wantExpired(t, d, "p/many/1", many, int64(len(many)))
}

func expireEnded(t *testing.T, d online.Driver) {
	cells := deleted(t, 1, 10)
	mustPut(t, d, cells)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n, err := d.(online.Expirer).Expire(ctx, expireTable, cells); n != 0 || err == nil || codeOf(d, err) != errs.Canceled {
		t.Errorf("cancelled: %d, %v", n, err)
	}
	if n := len(scanned(t, d, expireTable)); n != 10 {
		t.Errorf("%d cells are left, want 10", n)
	}
	d.Close()
	if _, err := d.(online.Expirer).Expire(t.Context(), expireTable, cells); err == nil || codeOf(d, err) != errs.FailedPrecondition {
		t.Errorf("closed: %v", err)
	}
}

// expireRace removes the rows of each step while the next step's are written: those must all stay.
func expireRace(t *testing.T, d online.Driver) {
	steps := 30
	if _, paid := d.(Bounded); paid {
		steps = 5
	}
	for step := range steps {
		old, next := deleted(t, eventtime.Instant(step), 200), deleted(t, eventtime.Instant(step+1), 200)
		mustPut(t, d, old)
		var both sync.WaitGroup
		both.Go(func() {
			if _, err := d.(online.Expirer).Expire(t.Context(), expireTable, old); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			if _, err := d.PutBatch(t.Context(), expireTable, next); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		got := scanned(t, d, expireTable)
		for i, c := range next {
			if row := got[string(c.Key)]; !bytes.Equal([]byte(row), c.Row) {
				t.Fatalf("step %d: key %d holds %x, want %x", step, i, row, c.Row)
			}
		}
	}
}
