package ingest_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/selftest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// Each pusher pushes one key over and over. The long form kills more often.
const (
	pushers    = 8
	killsQuick = 3
	killsLong  = 50
)

func TestMain(m *testing.M) {
	selftest.Do(pushOn)
	os.Exit(m.Run())
}

// openFiles opens the repository in dir: files alone, and a clock that goes on from an instant by a microsecond each time it
// is asked.
func openFiles(dir string, from eventtime.Instant) (*truepoint.Store, error) {
	var asked atomic.Int64
	clock := func() eventtime.Instant { return from + eventtime.Instant(asked.Add(1)) }
	opt, err := drivers.Open(context.Background(), &config.Config{
		Dir: dir, Project: storetest.Project,
		Registry: config.Registry{Type: "sqlite", Path: filepath.Join(dir, "registry.db")},
		Offline:  config.Store{Type: "file"},
		Online:   config.Store{Type: "sqlite", Path: filepath.Join(dir, "online.db")},
	}, clock)
	if err != nil {
		return nil, err
	}
	return truepoint.New(opt)
}

// numbered pushes n as key k: every other key has ids.
func numbered(k int, n int64) *truepoint.PushRequest {
	req := &truepoint.PushRequest{Source: "p", Rows: rows(map[string]string{
		"k": fmt.Sprintf(`["%d"]`, k), "event": `["2026-03-12T11:00:00Z"]`, "f": fmt.Sprintf("[%d]", n)})}
	if k%2 == 1 {
		req.ID = fmt.Sprint(k, "-", n)
	}
	return req
}

// pushOn pushes 1, 2, 3, … as each key and prints "key value" when a push was acknowledged.
func pushOn(dir string) error {
	s, err := openFiles(dir, noon)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for k := range pushers {
		go func() {
			for n := int64(1); ; n++ {
				if _, err := s.Push(context.Background(), numbered(k, n)); err != nil {
					failed <- err
				}
				fmt.Printf("%d %d\n", k, n)
			}
		}()
	}
	return <-failed
}

// repository returns a new one whose source "p" can be pushed to.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := offline.WriteTable(filepath.Join(dir, "history.parquet"), storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64"})); err != nil {
		t.Fatal(err)
	}
	s, err := openFiles(dir, noon)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Sources[0].Path = "history.parquet"
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	set.Views[0].Source = "p"
	p, err := s.Plan(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Apply(t.Context(), p, apply.Options{}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// killAfter has a process push until so many pushes were acknowledged, kills it, and returns the last of each key.
func killAfter(t *testing.T, dir string, many int) (last [pushers]int64) {
	t.Helper()
	cmd := selftest.Command(t, dir)
	cmd.Stderr = &strings.Builder{}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		k, v, _ := strings.Cut(lines.Text(), " ")
		key, err := strconv.Atoi(k)
		if err != nil {
			t.Fatalf("it said %q: %s", lines.Text(), cmd.Stderr)
		}
		if last[key], err = strconv.ParseInt(v, 10, 64); err != nil {
			break // half a line: nobody has read it
		}
		if n++; n == many {
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait()
	if n < many {
		t.Fatalf("it ended after %d pushes: %s", n, cmd.Stderr)
	}
	return last
}

func TestFault_01_AcknowledgedPushesAreLoggedAndServedAfterAKill(t *testing.T) {
	t.Parallel()
	kills := killsQuick
	if os.Getenv("TRUEPOINT_LONG") != "" {
		kills = killsLong
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for range kills {
		dir := repository(t)
		last := killAfter(t, dir, 1+random.IntN(400))
		s, err := openFiles(dir, noon.Add(eventtime.Hour))
		if err != nil {
			t.Fatal(err)
		}
		wantLogged(t, s, last, 1)
		wantServed(t, s, last)
		for k := 1; k < pushers; k += 2 { // what was not acknowledged is repeated
			last[k]++
			if res, err := s.Push(t.Context(), numbered(k, last[k])); err != nil || res.Rows != 1 {
				t.Errorf("the repetition of push %d of key %d: %+v, %v", last[k], k, res, err)
			}
		}
		wantLogged(t, s, last, 0)
		wantServed(t, s, last)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// wantLogged checks that the log has 1, 2, 3, … of each key: all that were acknowledged, and at most one more, of those with
// ids at most more.
func wantLogged(t *testing.T, s *truepoint.Store, last [pushers]int64, more int64) {
	t.Helper()
	entries, err := s.PushLog(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	var seen [pushers]int64
	for _, e := range entries {
		cells := make([]value.Value, len(e.Fields))
		if err := value.DecodeRow(&value.Schema{ID: 1, Fields: e.Fields}, e.Rows[0], cells); err != nil {
			t.Fatal(err)
		}
		k, err := strconv.Atoi(cells[0].Text())
		if err != nil {
			t.Fatal(err)
		}
		if seen[k]++; cells[2].Int() != seen[k] {
			t.Errorf("key %d has %d in the log, want %d", k, cells[2].Int(), seen[k])
		}
	}
	for k, n := range seen {
		if most := last[k] + max(more, 1-int64(k%2)); n < last[k] || n > most {
			t.Errorf("the log has %d pushes of key %d, %d were acknowledged", n, k, last[k])
		}
	}
}

// wantServed checks that each key reads as it was acknowledged last, or as one push later.
func wantServed(t *testing.T, s *truepoint.Store, last [pushers]int64) {
	t.Helper()
	for k, n := range last {
		res, err := s.Online(t.Context(), &truepoint.OnlineRequest{Features: []string{"v:f"}, AsOf: eventtime.None,
			Entities: []input.Column{input.FromTexts("k", []string{strconv.Itoa(k)})}})
		if err != nil {
			t.Fatal(err)
		}
		if got := res.Columns[0].Cells[0].Value; n > 0 && (got.IsNull() || got.Int() < n || got.Int() > n+1) {
			t.Errorf("key %d reads %v, %d was acknowledged", k, got, n)
		}
	}
}
