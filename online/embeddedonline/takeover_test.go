package embeddedonline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
)

func count(t *testing.T, d online.Driver) int {
	t.Helper()
	n := 0
	if err := d.Scan(context.Background(), "p/v/1", func(online.Cell) bool { n++; return true }); err != nil {
		t.Fatalf("Scan: %v", err)
	}
	return n
}

func put(t *testing.T, d online.Driver, first, n, event int64) {
	t.Helper()
	if _, err := d.PutBatch(context.Background(), "p/v/1", cells(first, n, event)); err != nil {
		t.Fatalf("PutBatch: %v", err)
	}
}

func TestTwoProcessesSeeEachOthersRowsAtOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "online")
	p := start(t, dir)
	s := open(t, dir, nil)
	defer s.Close()
	if s.Owner() || p.ask(t, "owner") != "true" {
		t.Fatal("the child, which came first, does not own the directory")
	}
	for i := range int64(5) {
		put(t, s, i*20, 10, 1)
		if got, want := p.ask(t, "count"), fmt.Sprint(20*i+10); got != want {
			t.Errorf("the child sees %s cells, want %s", got, want)
		}
		p.ask(t, "put %d 10 1", i*20+10)
		if got, want := count(t, s), int(20*i+20); got != want {
			t.Errorf("this process sees %d cells, want %d", got, want)
		}
	}
	p.ask(t, "put 1000 60000 1")
	put(t, s, 100_000, 60_000, 1)
	if got := count(t, s); got != 120_100 {
		t.Errorf("got %d cells after two big batches, want 120100", got)
	}
}

// writers starts goroutines that put single cells until stop is called, which returns how many were acknowledged:
// goroutine g wrote the keys g·10⁶ … g·10⁶+acked[g]−1.
func writers(t *testing.T, d online.Driver, n int) (acked []atomic.Int64, stop func()) {
	acked = make([]atomic.Int64, n)
	var wg sync.WaitGroup
	done := make(chan struct{})
	for g := range n {
		wg.Go(func() {
			for i := int64(0); ; i++ {
				select {
				case <-done:
					return
				default:
				}
				if _, err := d.PutBatch(context.Background(), "p/v/1", cells(int64(g)*1e6+i, 1, 1)); err != nil {
					t.Errorf("writer %d, cell %d: %v", g, i, err)
					return
				}
				acked[g].Add(1)
			}
		})
	}
	return acked, sync.OnceFunc(func() { close(done); wg.Wait() })
}

// reach waits until every writer has made progress beyond its mark; progress itself is what is waited for.
func reach(t *testing.T, acked []atomic.Int64, more int64) {
	t.Helper()
	marks := make([]int64, len(acked))
	for g := range acked {
		marks[g] = acked[g].Load() + more
	}
	for g := range acked {
		for acked[g].Load() < marks[g] && !t.Failed() {
			if _, err := os.Stat("."); err != nil { // a system call, so that others run
				t.Fatal(err)
			}
		}
	}
}

func wantAcked(t *testing.T, d online.Driver, acked []atomic.Int64) {
	t.Helper()
	for g := range acked {
		n := acked[g].Load()
		for lo := int64(0); lo < n; lo += 1000 {
			want := cells(int64(g)*1e6+lo, min(1000, n-lo), 1)
			item := online.TableKeys{Table: "p/v/1", Rows: make([][]byte, len(want))}
			for _, c := range want {
				item.Keys = append(item.Keys, c.Key)
			}
			if err := d.GetBatch(context.Background(), []online.TableKeys{item}); err != nil {
				t.Fatal(err)
			}
			for i, row := range item.Rows {
				if string(row) != string(want[i].Row) {
					t.Fatalf("acknowledged cell %d of writer %d is lost", lo+int64(i), g)
				}
			}
		}
	}
}

func TestClientsGoOnWhenTheOwnerCloses(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "online")
	p := start(t, dir)
	s := open(t, dir, nil)
	defer s.Close()
	acked, stop := writers(t, s, 8)
	defer stop()
	reach(t, acked, 20)
	if got := p.ask(t, "close"); got != "closed" {
		t.Fatalf("child: got %q", got)
	}
	reach(t, acked, 20)
	stop()
	if !s.Owner() {
		t.Error("this process did not become the owner")
	}
	wantAcked(t, s, acked)
}

func TestFault_01_ClientsGoOnWhenTheOwnerIsKilled(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "online")
	p := start(t, dir)
	s := open(t, dir, nil)
	defer s.Close()
	acked, stop := writers(t, s, 8)
	defer stop()
	reach(t, acked, 20)
	p.kill()
	reach(t, acked, 20)
	stop()
	if !s.Owner() {
		t.Error("this process did not become the owner")
	}
	wantAcked(t, s, acked)
}

func TestAScanGoesOnWhenTheOwnerVanishes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "online")
	p := start(t, dir)
	p.ask(t, "put 0 200000 1")
	s := open(t, dir, nil)
	defer s.Close()
	want := cells(0, 200_000, 1)
	n := 0
	err := s.Scan(context.Background(), "p/v/1", func(c online.Cell) bool {
		if n == 1000 {
			p.kill()
		}
		if n >= len(want) || string(c.Key) != string(want[n].Key) {
			t.Fatalf("cell %d: got key %x", n, c.Key)
		}
		n++
		return true
	})
	if err != nil || n != len(want) {
		t.Errorf("got %d cells, %v; want %d", n, err, len(want))
	}
}

func TestFiveClientsRaceToBecomeOwner(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "online")
	owner := start(t, dir)
	clients := make([]*process, 5)
	for i := range clients {
		clients[i] = start(t, dir)
	}
	for round := range int64(4) {
		for i, c := range clients {
			c.tell(t, "put %d 100 %d", i*1000, round+1)
		}
		owner.kill()
		for i, c := range clients {
			if got := c.line(t); got != "put" {
				t.Fatalf("round %d, client %d: got %q", round, i, got)
			}
		}
		// A put may have been acknowledged by the owner that was killed; a count needs a living one.
		want := fmt.Sprint(500)
		for i, c := range clients {
			if got := c.ask(t, "count"); got != want {
				t.Errorf("round %d: client %d sees %s cells, want %s", round, i, got, want)
			}
		}
		owners := 0
		for _, c := range clients {
			if c.ask(t, "owner") == "true" {
				owners++
				owner = c
			}
		}
		if owners != 1 {
			t.Fatalf("round %d: %d owners, want 1", round, owners)
		}
		// The next round kills the new owner; a fresh client takes its place.
		for i, c := range clients {
			if c == owner {
				clients[i] = start(t, dir)
			}
		}
	}
}

func TestFault_01_AcknowledgedWritesSurviveKill(t *testing.T) {
	t.Parallel()
	rounds := 8
	if onlinetest.Long() {
		rounds = 200
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	dir := filepath.Join(t.TempDir(), "online")
	next := int64(0)
	for range rounds {
		p := start(t, dir)
		p.tell(t, "write %d", next)
		for range 1 + r.IntN(60) {
			fmt.Sscanf(p.line(t), "wrote %d", &next)
		}
		p.kill()
		for { // what it acknowledged before it died
			line, err := p.out.ReadString('\n')
			if err != nil {
				break
			}
			fmt.Sscanf(line, "wrote %d", &next)
		}
		next++
		s := open(t, dir, nil)
		if got := count(t, s); int64(got) < next {
			t.Fatalf("%d cells after %d were acknowledged", got, next)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestALongPathIsServedFromTheRuntimeDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("long/", 40), "online")
	p := start(t, dir)
	s := open(t, dir, nil)
	defer s.Close()
	put(t, s, 0, 10, 1)
	if s.Owner() || p.ask(t, "count") != "10" {
		t.Error("the child does not own the directory, or misses the cells")
	}
	text, err := os.ReadFile(filepath.Join(dir, "LOCK"))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	var socket string
	fmt.Sscanf(string(text), "pid %d\nsocket %s", &pid, &socket)
	if len(socket) > 100 || !filepath.IsAbs(socket) {
		t.Errorf("socket %q, want an absolute path of at most 100 bytes", socket)
	}
	i, err := os.Stat(socket)
	if err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("socket %s: mode %v, %v; want 0600", socket, i.Mode(), err)
	}
	if i, err := os.Stat(filepath.Dir(socket)); err != nil || i.Mode().Perm() != 0o700 {
		t.Errorf("directory of the socket: mode %v, %v; want 0700", i.Mode(), err)
	}
	p.ask(t, "close")
	if _, err := os.Stat(socket); !os.IsNotExist(err) {
		t.Errorf("the socket outlives its owner: %v", err)
	}
}
