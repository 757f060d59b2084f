package spillfile

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/errs"
)

// open returns a spill in a directory of its own.
func open(t *testing.T) (*spill, string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s, err := Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // once more where the test has closed it
	return s.(*spill), dir
}

func all(t *testing.T, s *spill, share int) (out []string) {
	t.Helper()
	if err := s.Records(t.Context(), share, func(r []byte) error { out = append(out, string(r)); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRecordsComeBackAsTheyWere(t *testing.T) {
	s, dir := open(t)
	const seed = 23
	var want [sharesMax][]string
	var wg sync.WaitGroup
	for share := range sharesMax {
		r := rand.New(rand.NewPCG(seed, uint64(share)))
		for range r.IntN(9) {
			record := bytes.Repeat([]byte{byte(r.IntN(256))}, r.IntN(2*blockBytes))
			want[share] = append(want[share], string(record))
		}
		wg.Go(func() {
			for _, record := range want[share] {
				if err := s.Append(t.Context(), share, []byte(record)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for share := range sharesMax {
		if got := all(t, s, share); !slices.Equal(got, want[share]) {
			t.Errorf("share %d, seed %d: got %d records, want %d, or they differ", share, seed, len(got), len(want[share]))
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v are left (%v)", left, err)
	}
}

func TestAFileIsGoneBeforeItsProcessEnds(t *testing.T) {
	s, dir := open(t)
	if err := s.Append(t.Context(), 0, make([]byte, blockBytes)); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Skipf("%v stays until it is closed: an open file cannot be removed here", left)
	}
}

func TestADamagedFileIsDataLoss(t *testing.T) {
	for name, damage := range map[string]func(f *os.File) error{
		"cut off":             func(f *os.File) error { return f.Truncate(blockBytes / 2) },
		"a length too great":  func(f *os.File) error { _, err := f.WriteAt(bytes.Repeat([]byte{255}, 20), 0); return err },
		"closed under us":     (*os.File).Close,
		"a length of nothing": func(f *os.File) error { _, err := f.WriteAt(bytes.Repeat([]byte{128}, blockBytes), 0); return err },
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			if err := s.Append(t.Context(), 3, make([]byte, blockBytes)); err != nil {
				t.Fatal(err)
			}
			if err := damage(s.file); err != nil {
				t.Fatal(err)
			}
			err := s.Records(t.Context(), 3, func([]byte) error { return nil })
			if errs.CodeOf(err) != errs.DataLoss {
				t.Errorf("got %v, want DataLoss", err)
			}
		})
	}
}

func TestAFullDiskIsSaid(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no disk that is full: %v", err)
	}
	s, _ := open(t)
	if err := s.file.Close(); err != nil {
		t.Fatal(err)
	}
	s.file = full
	err = s.Append(t.Context(), 0, make([]byte, blockBytes))
	if errs.CodeOf(err) != errs.ResourceExhausted || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("got %v, want ResourceExhausted and a hint with TMPDIR", err)
	}
}

func TestAnEndedContextEndsASpill(t *testing.T) {
	s, _ := open(t)
	if err := s.Append(t.Context(), 0, make([]byte, blockBytes)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, opened := Open(ctx)
	for what, err := range map[string]error{
		"Open": opened, "Append": s.Append(ctx, 0, nil), "Records": s.Records(ctx, 0, func([]byte) error { return fmt.Errorf("a record") }),
	} {
		if errs.CodeOf(err) != errs.Canceled {
			t.Errorf("%s: got %v, want Canceled", what, err)
		}
	}
}

func TestNoTemporaryDirectoryIsSaid(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/nowhere")
	if _, err := Open(t.Context()); errs.CodeOf(err) != errs.NotFound {
		t.Errorf("got %v, want NotFound", err)
	}
}
