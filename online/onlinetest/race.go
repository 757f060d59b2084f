package onlinetest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// writers is the number of goroutines that race for one key.
const writers = 64

func (s *suite) raceTests() []test {
	return []test{
		{"SixtyFourWritersOfOneKey", raceOneKey},
		{"GreatestWinsInManyTrials", raceTrials},
		{"ReadersNeverSeeAnOlderRow", raceReaders},
		{"BigAndSmallBatchesRace", raceBigAndSmall},
	}
}

// raceVersions returns one version per writer with the traps of comparison among them: null created times, equal
// events, equal versions, and instants that a float64 cannot hold.
func raceVersions() []value.Version {
	out := make([]value.Version, writers)
	for g := range out {
		v := value.Version{Event: 1<<53 + eventtime.Instant(g/16), Created: eventtime.Instant(g % 16 / 2), Snapshot: eventtime.Instant(g % 2)}
		if g%16 < 4 {
			v.Created = eventtime.None
		}
		out[g] = v
	}
	return out
}

// race lets each writer put its version of each of count keys, in shuffled order, and returns the cells that must win.
func race(t *testing.T, d online.Driver, r *rand.Rand, first, count int) []online.Cell {
	t.Helper()
	versions := raceVersions()
	batches := make([][]online.Cell, writers)
	want := make([]online.Cell, count)
	for i := range want {
		k := IntKey(t, int64(first+i))
		for g, at := range r.Perm(writers) {
			c := online.Cell{Key: k, Row: Row(t, versions[at], fmt.Sprint("writer ", at))}
			batches[g] = append(batches[g], c)
			if want[i].Row == nil || value.CompareRows(c.Row, want[i].Row) > 0 {
				want[i] = c
			}
		}
	}
	together(t, writers, func(g int) error {
		_, err := d.PutBatch(context.Background(), "p/v/1", batches[g])
		return err
	})
	return want
}

// together runs n goroutines that start at once and waits for them.
func together(t *testing.T, n int, run func(g int) error) {
	t.Helper()
	var wg sync.WaitGroup
	start := make(chan struct{})
	failed := make(chan error, n)
	for g := range n {
		wg.Go(func() {
			<-start
			if err := run(g); err != nil {
				failed <- fmt.Errorf("goroutine %d: %w", g, err)
			}
		})
	}
	close(start)
	wg.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
}

func seeded(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func raceOneKey(t *testing.T, d online.Driver) {
	r := seeded(t)
	rounds := 8
	if Long() {
		rounds = 500
	}
	for round := range rounds {
		for _, c := range race(t, d, r, round, 1) {
			wantRow(t, d, "p/v/1", c)
		}
	}
}

func raceTrials(t *testing.T, d online.Driver) {
	trials, size := 2048, 512
	if Long() {
		trials, size = 100_000, 2000
	}
	if b, ok := d.(Bounded); ok {
		size = b.CellsMax() / 16
		trials = 2 * size
	}
	r := seeded(t)
	for first := 0; first < trials; first += size {
		want := race(t, d, r, first, size)
		keys := make([][]byte, len(want))
		for i := range want {
			keys[i] = want[i].Key
		}
		for i, got := range get(t, d, "p/v/1", keys...) {
			if !bytes.Equal(got, want[i].Row) {
				t.Fatalf("trial %d: got %s, want %s", first+i, describe(got), describe(want[i].Row))
			}
		}
	}
}

func raceReaders(t *testing.T, d online.Driver) {
	const count, versions = 20, 40
	orders := make([][]int, 4)
	r := seeded(t)
	for w := range orders {
		orders[w] = r.Perm(versions)
	}
	batches := make([][]online.Cell, versions)
	for v := range batches {
		batches[v] = series(t, 0, count, 20, At(eventtime.Instant(v)))
	}
	keys := make([][]byte, count)
	for i := range keys {
		keys[i] = IntKey(t, int64(i))
	}
	var writing sync.WaitGroup
	writing.Add(len(orders))
	done := make(chan struct{})
	go func() { writing.Wait(); close(done) }()
	together(t, len(orders)+2, func(g int) error {
		if g < len(orders) {
			defer writing.Done()
			for _, v := range orders[g] {
				if _, err := d.PutBatch(context.Background(), "p/v/1", batches[v]); err != nil {
					return err
				}
			}
			return nil
		}
		return watch(d, keys, done)
	})
}

// watch reads keys until done is closed and fails when a row gets older.
func watch(d online.Driver, keys [][]byte, done <-chan struct{}) error {
	last := make([][]byte, len(keys))
	for {
		items := []online.TableKeys{{Table: "p/v/1", Keys: keys, Rows: make([][]byte, len(keys))}}
		if err := d.GetBatch(context.Background(), items); err != nil {
			return err
		}
		for i, row := range items[0].Rows {
			if last[i] != nil && (row == nil || value.CompareRows(row, last[i]) < 0) {
				return fmt.Errorf("key %d went from %s to %s", i, describe(last[i]), describe(row))
			}
			last[i] = row
		}
		select {
		case <-done:
			return nil
		default:
		}
	}
}

func raceBigAndSmall(t *testing.T, d online.Driver) {
	count := bigCount(d)
	big := series(t, 0, count, 30, At(50))
	want := slices.Clone(big)
	small := make([][]online.Cell, 4)
	for g := range small {
		for i := g * 3; i < count; i += 1000 {
			c := online.Cell{Key: big[i].Key, Row: Row(t, At(eventtime.Instant(40+i%20)), "small")}
			small[g] = append(small[g], c)
			if value.CompareRows(c.Row, want[i].Row) > 0 {
				want[i] = c
			}
		}
	}
	together(t, len(small)+1, func(g int) error {
		cells := big
		if g < len(small) {
			cells = small[g]
		}
		_, err := d.PutBatch(context.Background(), "p/v/1", cells)
		return err
	})
	checkAll(t, d, "p/v/1", want)
}
