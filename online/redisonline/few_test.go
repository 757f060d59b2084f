package redisonline_test

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/online/redisonline"
)

// atOnce has writers write while the server stands still, so that all but the first few of them are one group.
func atOnce(t *testing.T, s *redistest.Server, writers int, write func(i int)) {
	t.Helper()
	var ready, all sync.WaitGroup
	ready.Add(writers)
	s.Freeze(t)
	for i := range writers {
		all.Go(func() {
			ready.Done()
			write(i)
		})
	}
	ready.Wait()
	s.Thaw(t)
	all.Wait()
}

// scripts returns how many scripts a server has run.
func scripts(t *testing.T, s *redistest.Server) int {
	t.Helper()
	for line := range strings.Lines(s.Run(t, "INFO", "commandstats")) {
		if rest, ok := strings.CutPrefix(line, "cmdstat_evalsha:calls="); ok {
			count, _, _ := strings.Cut(rest, ",")
			n, err := strconv.Atoi(count)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	return 0
}

func TestWritesOfFewCellsThatComeAtOnceShareCommandsAndCountTheirOwn(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	d := open(t, redisonline.Single, s.Address, nil)
	defer d.Close()
	const writers = 200
	tables := []string{"p/v/1", "p/w/1"}
	for _, table := range tables {
		put(t, d, table, cells(t, 1, 50, "before")) // key 0
	}
	before := scripts(t, s)
	atOnce(t, s, writers, func(i int) {
		batch := []online.Cell{
			{Key: onlinetest.IntKey(t, 0), Row: onlinetest.Row(t, versionAt(1), "too old")},
			{Key: onlinetest.IntKey(t, int64(1+i)), Row: onlinetest.Row(t, versionAt(int64(i)), "own")},
		}
		if r, err := d.PutBatch(t.Context(), tables[i%2], batch[i%3%2:]); err != nil || r.Written != 1 || r.Superseded != int64(1-i%3%2) {
			t.Errorf("write %d: %+v, %v", i, r, err)
		}
	})
	if n := scripts(t, s) - before; n > writers/4 {
		t.Errorf("%d scripts for %d writes", n, writers)
	}
	for i, table := range tables {
		if got := request([]online.Cell{{Key: onlinetest.IntKey(t, int64(1+i))}, {Key: onlinetest.IntKey(t, int64(2-i))}}, table); d.GetBatch(t.Context(), got) != nil || got[0].Rows[0] == nil || got[0].Rows[1] != nil {
			t.Errorf("%s has the rows %q", table, got[0].Rows)
		}
	}
}

func TestOneOfManyWritesOfAKeyStaysAndEachIsCounted(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	d := open(t, redisonline.Single, s.Address, nil)
	defer d.Close()
	const writers = 200
	var mu sync.Mutex
	var sum online.PutResult
	atOnce(t, s, writers, func(i int) {
		r, err := d.PutBatch(t.Context(), "p/v/1", cells(t, 1, int64(i), strconv.Itoa(i)))
		if err != nil || r.Written+r.Superseded != 1 {
			t.Errorf("write %d: %+v, %v", i, r, err)
		}
		mu.Lock()
		defer mu.Unlock()
		sum.Add(r)
	})
	if sum.Written < 1 || sum.Written > writers || sum.Written+sum.Superseded != writers {
		t.Errorf("counts %+v", sum)
	}
	got := request(cells(t, 1, 0, ""), "p/v/1")
	if err := d.GetBatch(t.Context(), got); err != nil || string(got[0].Rows[0]) != string(onlinetest.Row(t, versionAt(writers-1), strconv.Itoa(writers-1))) {
		t.Errorf("%v; the row is %q", err, got[0].Rows[0])
	}
}

func TestWhatIsRefusedForOneWriteFailsNoOtherOfItsGroup(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	d := open(t, redisonline.Single, s.Address, nil)
	defer d.Close()
	const writers, damaged = 60, 17
	s.Run(t, "SET", d.Key("p/v/1", onlinetest.IntKey(t, damaged)), "no row")
	atOnce(t, s, writers, func(i int) {
		r, err := d.PutBatch(t.Context(), "p/v/1", []online.Cell{{Key: onlinetest.IntKey(t, int64(i)), Row: onlinetest.Row(t, versionAt(1), "payload")}})
		if i == damaged {
			if d.Code(err) != errs.DataLoss {
				t.Errorf("the damaged key: %+v, %v", r, err)
			}
			return
		}
		if err != nil || r.Written != 1 || r.Superseded > 0 { // 0 or Unknown
			t.Errorf("write %d: %+v, %v", i, r, err)
		}
	})
}

func TestAWriterOfFewCellsThatGivesUpStopsNobody(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	d := open(t, redisonline.Single, s.Address, nil)
	defer d.Close()
	gone, leave := context.WithCancel(t.Context())
	const writers = 40
	var left sync.WaitGroup
	left.Add(writers / 2)
	var all sync.WaitGroup
	s.Freeze(t)
	for i := range writers {
		all.Go(func() {
			ctx := t.Context()
			if i%2 == 1 {
				ctx = gone
				defer left.Done()
			}
			r, err := d.PutBatch(ctx, "p/v/1", []online.Cell{{Key: onlinetest.IntKey(t, int64(i)), Row: onlinetest.Row(t, versionAt(1), "payload")}})
			if i%2 == 1 && errs.CodeOf(err) != errs.Canceled || i%2 == 0 && (err != nil || r.Written != 1) {
				t.Errorf("writer %d: %+v, %v", i, r, err)
			}
		})
	}
	leave()
	left.Wait() // while the server stands still
	s.Thaw(t)
	all.Wait()
}
