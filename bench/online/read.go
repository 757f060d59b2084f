package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/embeddedonline"
	"github.com/truepoint/truepoint/value"
)

// reads measures GetBatch of 1 and of 100 random keys of a loaded store, by its owner and through the socket.
func reads(ctx context.Context, dir string, cells []online.Cell) error {
	owner, err := embeddedonline.Open(ctx, dir, nil)
	if err != nil {
		return err
	}
	defer owner.Close()
	client, err := embeddedonline.Open(ctx, dir, nil)
	if err != nil {
		return err
	}
	defer client.Close()
	fmt.Println("\n| GetBatch | keys | p50 µs | p99 µs |\n|---|---|---|---|")
	for _, who := range []struct {
		name string
		d    online.Driver
	}{{"by the owner", owner}, {"through the socket", client}} {
		for _, n := range []int{1, 100} {
			took, err := latencies(ctx, who.d, cells, n)
			if err != nil {
				return err
			}
			fmt.Printf("| %s | %d | %.1f | %.1f |\n", who.name, n, took[len(took)/2], took[len(took)*99/100])
		}
	}
	return nil
}

// latencies returns the microseconds that GetBatch of n random keys took, in ascending order.
func latencies(ctx context.Context, d online.Driver, cells []online.Cell, n int) ([]float64, error) {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	item := online.TableKeys{Table: table, Keys: make([][]byte, n), Rows: make([][]byte, n)}
	took := make([]float64, 200_000/(n+20))
	for i := range took {
		for k := range item.Keys {
			item.Keys[k] = cells[r.IntN(len(cells))].Key
		}
		start := time.Now()
		if err := d.GetBatch(ctx, []online.TableKeys{item}); err != nil {
			return nil, err
		}
		took[i] = float64(time.Since(start).Nanoseconds()) / 1e3
		for _, row := range item.Rows {
			if len(row) != rowBytes {
				return nil, fmt.Errorf("a row has %d bytes, want %d", len(row), rowBytes)
			}
		}
	}
	slices.Sort(took)
	return took, nil
}

// fresh measures first reads in processes of their own.
func fresh(dir string, times int) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	var whole, inner, memory []float64
	for range 2*times + 1 {
		start := time.Now()
		out, err := exec.Command(exe, "-first-read", dir).CombinedOutput()
		if err != nil {
			return fmt.Errorf("first read: %w\n%s", err, out)
		}
		whole = append(whole, float64(time.Since(start).Microseconds())/1e3)
		var open, rss float64
		if _, err := fmt.Sscan(string(out), &open, &rss); err != nil {
			return err
		}
		inner, memory = append(inner, open), append(memory, rss)
	}
	fmt.Println("\n| a fresh process | median | gate |\n|---|---|---|")
	fmt.Printf("| row 19: Open and first read, 1 M rows on disk | %.1f ms | ≤ 60 ms with the rest of the server |\n", median(inner))
	fmt.Printf("| the whole process, Close included | %.1f ms | |\n", median(whole))
	fmt.Printf("| row 20: resident memory after the first read | %.1f MiB | ≤ 45 MiB with the rest of the server |\n", median(memory))
	return nil
}

// firstRead prints the milliseconds of Open and the first read, and the resident memory in MiB after it.
func firstRead(dir string) error {
	ctx := context.Background()
	start := time.Now()
	s, err := embeddedonline.Open(ctx, dir, nil)
	if err != nil {
		return err
	}
	key, err := value.AppendKey(nil, []value.Value{value.OfInt64(7 * 1234)})
	if err != nil {
		return err
	}
	item := online.TableKeys{Table: table, Keys: [][]byte{key}, Rows: make([][]byte, 1)}
	if err := s.GetBatch(ctx, []online.TableKeys{item}); err != nil {
		return err
	}
	if item.Rows[0] == nil {
		return fmt.Errorf("key %x is missing", key)
	}
	took := time.Since(start)
	rss, err := resident()
	if err != nil {
		return err
	}
	fmt.Println(float64(took.Microseconds())/1e3, rss)
	return s.Close()
}

// resident returns VmRSS in MiB.
func resident() (float64, error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(b), "VmRSS:")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil || !found {
		return 0, fmt.Errorf("no VmRSS in /proc/self/status")
	}
	return kib / 1024, nil
}
