package objectstore_test

import (
	"bytes"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/internal/objectstore/objecttest"
	"github.com/truepoint/truepoint/tablefile"
)

func wantCode(t *testing.T, err error, code errs.Code) {
	t.Helper()
	if errs.CodeOf(err) != code {
		t.Fatalf("got %v, want %v", err, code)
	}
}

func TestConditionalWrites(t *testing.T) {
	t.Parallel()
	objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
		s, key := fresh(t).Store(t, "k")
		ctx := t.Context()
		_, _, err := s.Read(ctx, key, 1<<20)
		wantCode(t, err, errs.NotFound)
		wantCode(t, s.Put(ctx, key, []byte("one"), objectstore.Absent()), errs.OK)
		wantCode(t, s.Put(ctx, key, []byte("one"), objectstore.Absent()), errs.OK) // as when the answer was lost
		wantCode(t, s.Put(ctx, key, []byte("two"), objectstore.Absent()), errs.Aborted)
		body, first, err := s.Read(ctx, key, 1<<20)
		if err != nil || string(body) != "one" {
			t.Fatalf("got %q, %v", body, err)
		}
		wantCode(t, s.Put(ctx, key, []byte("two"), objectstore.Unchanged(first)), errs.OK)
		wantCode(t, s.Put(ctx, key, []byte("six"), objectstore.Unchanged(first)), errs.Aborted)
		stat, err := s.Stat(ctx, key)
		wantCode(t, err, errs.OK)
		_, second, err := s.Read(ctx, key, 1<<20)
		wantCode(t, err, errs.OK)
		if stat.Tag != second.Tag || stat.Size != 3 || second.Size != 3 {
			t.Errorf("Stat gives %+v, Read %+v", stat, second)
		}
		wantCode(t, s.ReadRange(ctx, key, first, 1, make([]byte, 2)), errs.FailedPrecondition)
		b := make([]byte, 2)
		if err := s.ReadRange(ctx, key, second, 1, b); err != nil || string(b) != "wo" {
			t.Errorf("got %q, %v", b, err)
		}
		wantCode(t, s.Delete(ctx, key), errs.OK)
		wantCode(t, s.Delete(ctx, key), errs.OK)
		wantCode(t, s.ReadRange(ctx, key, second, 1, b), errs.FailedPrecondition)
		wantCode(t, s.Put(ctx, key, []byte("late"), objectstore.Unchanged(second)), errs.Aborted)
	})
}

func TestOneOfManyWritersWins(t *testing.T) {
	t.Parallel()
	objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
		s, key := fresh(t).Store(t, "k")
		when := objectstore.Absent()
		for round := range 5 {
			var won atomic.Int32
			var wg sync.WaitGroup
			for w := range 8 {
				wg.Go(func() {
					err := s.Put(t.Context(), key, []byte{byte(round), byte(w)}, when)
					if err == nil {
						won.Add(1)
					} else if errs.CodeOf(err) != errs.Aborted {
						t.Errorf("round %d: %v", round, err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				t.Fatalf("round %d: %d writers won", round, won.Load())
			}
			_, v, err := s.Read(t.Context(), key, 1<<20)
			wantCode(t, err, errs.OK)
			when = objectstore.Unchanged(v)
		}
	})
}

func TestAnObjectAppearsWithCommitOrNever(t *testing.T) {
	t.Parallel()
	objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
		s, key := fresh(t).Store(t, "out")
		piece := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB
		for _, commit := range []bool{false, true} {
			w := s.Create(t.Context(), key)
			for range 12 { // more than one request
				if _, err := w.Write(piece); err != nil {
					t.Fatal(err)
				}
			}
			if !commit {
				w.Abort()
				_, err := s.Stat(t.Context(), key)
				wantCode(t, err, errs.NotFound)
				continue
			}
			wantCode(t, w.Commit(), errs.OK)
			w.Abort()
			v, err := s.Stat(t.Context(), key)
			if err != nil || v.Size != 12<<20 {
				t.Fatalf("got %+v, %v", v, err)
			}
		}
	})
}

func TestListIsInOrderAndLimited(t *testing.T) {
	t.Parallel()
	objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
		p := fresh(t)
		for _, k := range []string{"d/b", "d/a=1/x", "d/a", "e", "d/é ü+%2e", "d/a~b"} {
			p.Write(t, k, k)
		}
		s, prefix := p.Store(t, "d")
		for limit, want := range map[int]string{0: "a a=1/x a~b b é ü+%2e", 2: "a a=1/x"} {
			found, err := s.List(t.Context(), prefix+"/", limit)
			wantCode(t, err, errs.OK)
			var names []string
			for _, o := range found {
				names = append(names, strings.TrimPrefix(o.Key, prefix+"/"))
			}
			if got := strings.Join(names, " "); got != want {
				t.Errorf("limit %d: got %q, want %q", limit, got, want)
			}
		}
	})
}

func TestRangesAreFetchedTogether(t *testing.T) {
	t.Parallel()
	objecttest.Each(t, func(t *testing.T, fresh func(*testing.T) *objecttest.Place) {
		p := fresh(t)
		body := strings.Repeat("0123456789", 5<<20/10) // 5 MiB
		p.Write(t, "o", body)
		s, key := p.Store(t, "o")
		o, err := s.Object(t.Context(), key)
		wantCode(t, err, errs.OK)
		r, release, err := o.Acquire(t.Context())
		wantCode(t, err, errs.OK)
		before := s.Requests()
		near, err := r.(tablefile.Fetcher).Fetch(t.Context(), [][2]int64{{4 << 20, 9 << 20}, {100, 200}, {-5, 120}, {1000, 2000}, {9, 9}})
		wantCode(t, err, errs.OK)
		if n := s.Requests() - before; n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
		for _, r := range [][2]int{{0, 2000}, {50, 60}, {4 << 20, 5<<20 - 1}, {3 << 20, 3<<20 + 7}, {2 << 20, 5 << 20}} {
			b := make([]byte, r[1]-r[0])
			if _, err := near.ReadAt(b, int64(r[0])); err != nil || string(b) != body[r[0]:r[1]] {
				t.Errorf("%v: other bytes, %v", r, err)
			}
		}
		if n := s.Requests() - before; n != 4 {
			t.Errorf("%d requests, want 4: bytes at hand are not asked for again", n)
		}
		wantCode(t, release(), errs.OK)
	})
}
